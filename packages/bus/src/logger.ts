/** What the bus needs of a logger. A pino logger fits, and so does `console`. */
export interface BusLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Calls foreign code that may throw, at once or as a promise, and hands what it throws to `report`. */
export function guarded(call: () => unknown, report: (error: unknown) => void): void {
  (async () => call())().catch(report);
}
