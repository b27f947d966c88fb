import { ClosedConnectionError, DrainingConnectionError, RequestError, TimeoutError } from "@nats-io/transport-node";
import { BusUnavailable, DeadlineExceeded, NoResponders } from "./errors.ts";

/** The bus's own error for what the NATS client threw when asking on `subject`; the same error where it has none. */
export function fromNats(error: unknown, subject: string, deadlineMs: number): unknown {
  if (error instanceof TimeoutError) return new DeadlineExceeded(`The request to "${subject}"`, deadlineMs);
  if (error instanceof RequestError && error.isNoResponders()) return new NoResponders(subject);
  if (
    error instanceof RequestError ||
    error instanceof ClosedConnectionError ||
    error instanceof DrainingConnectionError
  ) {
    return new BusUnavailable("The connection to the message bus was lost.", { cause: error });
  }
  return error;
}
