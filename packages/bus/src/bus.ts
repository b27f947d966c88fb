/**
 * Moves messages between processes, at most once each. What must not be lost is in Postgres.
 *
 * Subjects are tokens joined by dots; patterns may hold `*` (one token) and, at the end, `>` (one or more). Bytes are
 * isolated: whoever sends may reuse its array at once, whoever receives may write into its own. Delivery is
 * asynchronous, and in order per publisher and subject. A handler that throws is logged and harms nobody else.
 *
 * Everything rejects, and `publish` throws, `BusUnavailable` once the bus is closed, `InvalidSubject` for a malformed
 * subject and `MessageTooLarge` for data over the server's limit.
 */
export interface Bus extends AsyncDisposable {
  /** Whether messages can be sent now, and all subscriptions are live. */
  readonly connected: boolean;

  /**
   * Sends to all current subscribers, this process included, at most once and without a receipt.
   *
   * @throws {BusUnavailable} while disconnected, or while the server does not take what was published: a message is
   *   sent now or never, none is kept for later
   */
  publish(subject: string, data: Uint8Array): void;

  /**
   * Hears every message published to a subject that matches, requests included.
   *
   * Resolves when the server knows of it. While disconnected it resolves at once, and the subscription is live
   * before `connected` turns true; so it is after every reconnect, while messages of the gap are gone.
   */
  subscribe(
    pattern: string,
    handler: (data: Uint8Array, subject: string) => void | Promise<void>,
  ): Promise<Subscription>;

  /**
   * Asks, and resolves with the first answer.
   *
   * @throws {NoResponders} nobody listens
   * @throws {DeadlineExceeded} no answer within `deadlineMs`; it may have been acted upon
   * @throws {RemoteFailure} the responder's handler threw
   * @throws {BusUnavailable} disconnected, at once; or the connection was lost before the answer came
   */
  request(subject: string, data: Uint8Array, options: { deadlineMs: number }): Promise<Uint8Array>;

  /** Answers requests. Several responders share the requests: each goes to one of them. Resolves as subscribe does. */
  respond(
    pattern: string,
    handler: (data: Uint8Array, subject: string) => Uint8Array | Promise<Uint8Array>,
  ): Promise<Subscription>;

  /**
   * Hears of each change of `connected`. Returns what ends the listening.
   */
  onStatus(listener: (connected: boolean) => void): () => void;

  /**
   * Ends all subscriptions, lets what is under way finish and what was published leave, then disconnects;
   * takes at most about ten seconds. Idempotent.
   */
  close(): Promise<void>;
}

/** Disposing unsubscribes. */
export interface Subscription extends AsyncDisposable {
  /** No message is handed over from here on; resolves when the server knows. Idempotent. */
  unsubscribe(): Promise<void>;
}
