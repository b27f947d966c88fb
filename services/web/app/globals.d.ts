import type { RadistConnection } from "@radist-tech/client";

declare global {
  interface Window {
    /** The connection of the present or last call, for diagnosis in the console: `await radist.connection.getStats()`. */
    radist?: { readonly connection: RadistConnection };
  }
}
