import type { RadistConnection, RadistRoomConnection } from "@radist-tech/client";

declare global {
  interface Window {
    /** The connection of the current or last call or room, for debugging in the console: `await radist.room.getStats()`. */
    radist?: { readonly connection?: RadistConnection; readonly room?: RadistRoomConnection };
  }
}
