import type { RadistConnection, RadistRoomConnection } from "@radist-tech/client";

declare global {
  interface Window {
    /** The connection of the present or last call or room, for diagnosis in the console: `await radist.room.getStats()`. */
    radist?: { readonly connection?: RadistConnection; readonly room?: RadistRoomConnection };
  }
}
