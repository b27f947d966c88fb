import { RadistError } from "./errors.ts";

/** What methods of a connection that is over reject with: they say what ended it. */
export function closedError({ reason, error }: { readonly reason: string; readonly error?: RadistError }): RadistError {
  const message =
    reason === "left"
      ? "The connection is closed: this side has left. Create another one."
      : `The connection is closed (${reason}). Create another one.`;
  return new RadistError("connection_closed", { message, cause: error });
}
