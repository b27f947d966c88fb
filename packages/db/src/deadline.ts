/** How long callers wait by default, milliseconds. */
export const DEADLINE_MS = 5_000;
