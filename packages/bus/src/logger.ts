/** What the bus needs from a logger. A pino logger fits, and so does `console`. */
export interface BusLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Calls code that may throw or reject, and passes the error to `report`. */
export function guarded(call: () => unknown, report: (error: unknown) => void): void {
  (async () => call())().catch(report);
}
