import { RadistError, type RadistErrorCode } from "../core/errors.ts";

/**
 * Why a microphone, a camera or a screen cannot be used:
 *
 * - `insecure_page`: browsers offer devices to pages of `https:` and `localhost` only
 * - `permission_denied`: by the user, or by the page's permissions policy
 * - `blocked_by_system`: the operating system does not let this browser use it
 * - `not_found`: there is no such device
 * - `in_use`: another program holds it, or the hardware failed to start
 * - `ended`: it was unplugged, or its permission withdrawn, while it was in use
 * - `failed`: anything else
 */
export type DeviceProblem =
  | "insecure_page"
  | "permission_denied"
  | "blocked_by_system"
  | "not_found"
  | "in_use"
  | "ended"
  | "failed";

/** By the names of Media Capture and Streams. */
const PROBLEMS: Readonly<Record<string, DeviceProblem>> = {
  NotAllowedError: "permission_denied",
  SecurityError: "permission_denied",
  NotFoundError: "not_found",
  OverconstrainedError: "not_found",
  NotReadableError: "in_use",
  AbortError: "in_use",
};

const CODES = {
  insecure_page: "media_unsupported",
  permission_denied: "permission_denied",
  blocked_by_system: "permission_denied",
  not_found: "device_not_found",
  in_use: "device_in_use",
  ended: "device_not_found",
  failed: "media_unsupported",
} as const satisfies Record<DeviceProblem, RadistErrorCode>;

/**
 * What is wrong, by what `getUserMedia` or `getDisplayMedia` rejected with, or by the {@link RadistError} made of it.
 *
 * @example catch (error) { if (deviceProblemOf(error) === "in_use") advise("Close the other program."); }
 */
export function deviceProblemOf(error: unknown): DeviceProblem {
  if (error instanceof RadistError) return deviceProblemOf(error.cause);
  // By its name alone: `OverconstrainedError` is no DOMException, and Firefox has rejected with plain objects.
  const { name = "", message = "" }: Partial<Error> = (typeof error === "object" && error) || {};
  const problem = Object.hasOwn(PROBLEMS, name) ? PROBLEMS[name] : undefined;
  if (problem === "permission_denied" && /\bsystem\b/i.test(message)) return "blocked_by_system";
  // Outside secure contexts there is no `navigator.mediaDevices` (Media Capture and Streams, section 9.1).
  return problem ?? (globalThis.isSecureContext === false ? "insecure_page" : "failed");
}

/** The error that a method of this package rejects with. */
export const captureError = (cause: unknown): RadistError => new RadistError(CODES[deviceProblemOf(cause)], { cause });
