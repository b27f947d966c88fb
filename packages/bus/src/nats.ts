import type { Msg, MsgHdrs, NatsConnection } from "@nats-io/transport-node";
import { headers } from "@nats-io/transport-node";
import { pause } from "@radist-tech/protocol/timing";
import { observed } from "./answers.ts";
import type { Bus, Subscription } from "./bus.ts";
import { BusUnavailable, RemoteFailure } from "./errors.ts";
import type { BusLogger } from "./logger.ts";
import { guarded } from "./logger.ts";
import { fromNats } from "./nats-errors.ts";
import { Interests } from "./nats-interests.ts";
import { NatsLink } from "./nats-link.ts";
import { readNatsUrl } from "./nats-url.ts";
import { SendWindow } from "./send-window.ts";
import { assertSize } from "./size.ts";
import { assertSubject } from "./subject.ts";

const CLOSING_MS = 3_000;
/** As in the NATS service protocol (ADR-32). */
const FAILURE_HEADER = "Nats-Service-Error-Code";

export interface NatsOptions {
  /** `nats://[user:password@ | token@]host[:port]`, `tls://…` to demand TLS, several joined by commas. */
  url: string;
  /** What the server's monitoring shows, such as the service and its node id. */
  name: string;
  /** Comes before every subject; buses with different prefixes do not hear each other. Default `radist`. */
  prefix?: string;
  /** Default: `console`. */
  logger?: BusLogger;
  /** A server silent for three of these is taken for lost. Default 2,000. */
  pingIntervalMs?: number;
}

/**
 * Connects to NATS. Resolves when the first attempt has ended, within seconds; when it failed the bus is there all the
 * same, not connected, and keeps trying, so that a service may start before NATS does.
 *
 * @throws {TypeError} for a malformed URL
 */
export async function connectNats(options: NatsOptions): Promise<Bus> {
  const bus = new NatsBus(options);
  await bus.dialled;
  return bus;
}

class NatsBus implements Bus {
  readonly #logger: BusLogger;
  readonly #prefix: string;
  readonly #link: NatsLink;
  readonly #interests: Interests;
  readonly #answering = new Set<Promise<void>>();
  #window = new SendWindow(() => Promise.resolve());
  #closing: Promise<void> | undefined;

  constructor({ url, name, prefix = "radist", logger = console, pingIntervalMs = 2_000 }: NatsOptions) {
    assertSubject(prefix);
    this.#logger = logger;
    this.#prefix = prefix;
    this.#interests = new Interests(prefix);
    const restore = (connection: NatsConnection) => this.#restore(connection);
    this.#link = new NatsLink({ address: readNatsUrl(url), name, logger, pingIntervalMs, restore });
  }

  get dialled(): Promise<void> {
    return this.#link.dialled;
  }

  get connected(): boolean {
    return this.#link.status.connected;
  }

  onStatus(listener: (connected: boolean) => void): () => void {
    return this.#link.status.listen(listener);
  }

  publish(subject: string, data: Uint8Array): void {
    const [connection, bytes] = this.#prepare(subject, data);
    connection.publish(`${this.#prefix}.${subject}`, bytes);
  }

  request(subject: string, data: Uint8Array, options: { deadlineMs: number }): Promise<Uint8Array> {
    return observed(() => this.#request(subject, data, options));
  }

  async subscribe(
    pattern: string,
    handler: (data: Uint8Array, subject: string) => void | Promise<void>,
  ): Promise<Subscription> {
    this.#assertOpen();
    return this.#interests.add(this.#link, pattern, false, (message, subject) => {
      guarded(
        () => handler(message.data, subject),
        (err) => this.#logger.error({ err, subject }, "a bus subscriber failed"),
      );
    });
  }

  async respond(
    pattern: string,
    handler: (data: Uint8Array, subject: string) => Uint8Array | Promise<Uint8Array>,
  ): Promise<Subscription> {
    this.#assertOpen();
    return this.#interests.add(this.#link, pattern, true, (message, subject) => {
      const answering = this.#answer(message, subject, async () => handler(message.data, subject));
      this.#answering.add(answering);
      void answering.finally(() => this.#answering.delete(answering));
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const answered = new AbortController();
    const answering = async () => {
      await this.#interests.end(this.#link);
      await Promise.all(this.#answering);
      answered.abort();
    };
    await Promise.race([answering(), pause(CLOSING_MS, answered.signal)]);
    await this.#link.close();
  }

  async #request(subject: string, data: Uint8Array, { deadlineMs }: { deadlineMs: number }): Promise<Uint8Array> {
    const [connection, bytes] = this.#prepare(subject, data);
    let answer: Msg;
    try {
      const timeout = Math.max(1, deadlineMs);
      answer = await connection.request(`${this.#prefix}.${subject}`, bytes, { timeout });
    } catch (error) {
      throw fromNats(error, subject, deadlineMs);
    }
    if (answer.headers?.has(FAILURE_HEADER)) throw new RemoteFailure(subject);
    return answer.data;
  }

  #assertOpen(): void {
    if (this.#closing) throw new BusUnavailable("The message bus is closed.");
  }

  #restore(connection: NatsConnection): void {
    this.#window = new SendWindow(() => this.#link.roundTrip(connection));
    this.#interests.restore(connection);
  }

  /** The connection to send by, and a copy of the data: the client reads it only later in this turn. */
  #prepare(subject: string, data: Uint8Array): [NatsConnection, Uint8Array] {
    const connection = this.#link.connected;
    assertSubject(subject);
    assertSize(data, connection.info?.max_payload);
    this.#window.take(data.byteLength);
    return [connection, new Uint8Array(data)];
  }

  /** Never rejects. */
  async #answer(message: Msg, subject: string, handler: () => Promise<Uint8Array>): Promise<void> {
    try {
      const answer = await handler();
      if (message.reply) this.#send(message.reply, answer);
    } catch (err) {
      this.#logger.error({ err, subject }, "a bus responder failed");
      const failure = headers();
      failure.set(FAILURE_HEADER, "500");
      try {
        if (message.reply) this.#send(message.reply, new Uint8Array(), failure);
      } catch (err) {
        this.#logger.warn({ err, subject }, "the failure of a bus responder could not be told");
      }
    }
  }

  /** By the connection of now, which need not be the one that the request came by. */
  #send(reply: string, data: Uint8Array, failure?: MsgHdrs): void {
    const connection = this.#link.connected;
    assertSize(data, connection.info?.max_payload);
    this.#window.take(data.byteLength);
    connection.publish(reply, data, failure ? { headers: failure } : {});
  }
}
