import { RadistServerError } from "./error.ts";

/** The call was not sent: what was passed cannot be meant. */
export function invalidArgument(message: string): RadistServerError {
  return new RadistServerError(message, { code: "invalid_argument", retryable: false });
}

/**
 * @param method how the caller knows it
 * @throws RadistServerError `invalid_argument` for what is no object, and for members that the method does not know
 */
export function assertOptions(method: string, options: unknown, known: readonly string[]): asserts options is object {
  if (typeof options !== "object" || options === null) {
    throw invalidArgument(`${method} takes an object with ${known.join(", ")}.`);
  }
  const unknown = Object.keys(options).filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw invalidArgument(`${method} knows no ${unknown.join(", ")}; it takes ${known.join(", ")}.`);
}

/** @throws RadistServerError `invalid_argument` for what is no moment */
export function instant(name: string, at: Date | string | undefined): string | undefined {
  if (!(at instanceof Date)) return at;
  if (Number.isNaN(at.getTime())) throw invalidArgument(`${name} is an invalid Date.`);
  return at.toISOString();
}
