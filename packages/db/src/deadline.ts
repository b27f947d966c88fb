/** How long a caller waits unless it says otherwise. */
export const DEADLINE_MS = 5_000;
