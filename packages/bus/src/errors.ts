/** The bus is disconnected, closed, or its server accepts nothing at the moment. Retrying later may help. */
export class BusUnavailable extends Error {
  override readonly name = "BusUnavailable";

  constructor(message = "The message bus is not connected.", options?: ErrorOptions) {
    super(message, options);
  }
}

/** The subject of a request has no responder. */
export class NoResponders extends Error {
  override readonly name = "NoResponders";

  constructor(subject: string) {
    super(`Nobody listens on "${subject}".`);
  }
}

/** No answer came in time. The responder may or may not have acted. */
export class DeadlineExceeded extends Error {
  override readonly name = "DeadlineExceeded";

  constructor(what: string, deadlineMs: number) {
    super(`${what} was not answered within ${deadlineMs} ms.`);
  }
}

/** The responder's handler threw. Its reason is in the responder's log and is not transmitted. */
export class RemoteFailure extends Error {
  override readonly name = "RemoteFailure";

  constructor(subject: string) {
    super(`The responder on "${subject}" failed.`);
  }
}

/** A subject that cannot be published to, or a pattern that cannot be subscribed to: a bug of the caller. */
export class InvalidSubject extends Error {
  override readonly name = "InvalidSubject";

  constructor(subject: string, rule: string) {
    super(`${JSON.stringify(subject)} is no valid subject: ${rule}.`);
  }
}

/** A message over the bus's limit, which is that of the NATS server (`max_payload`), 1 MiB unless configured. */
export class MessageTooLarge extends Error {
  override readonly name = "MessageTooLarge";

  constructor(bytes: number, limit: number) {
    super(`A message of ${bytes} bytes is over the bus's limit of ${limit} bytes.`);
  }
}
