import { pause } from "@radist-tech/protocol/timing";
import { observed } from "./answers.ts";
import type { Bus, Subscription } from "./bus.ts";
import { BusUnavailable, DeadlineExceeded, NoResponders, RemoteFailure } from "./errors.ts";
import type { BusLogger } from "./logger.ts";
import { guarded } from "./logger.ts";
import { Mailbox } from "./mailbox.ts";
import { assertSize } from "./size.ts";
import { Status } from "./status.ts";
import { assertPattern, assertSubject, matcher } from "./subject.ts";

const CLOSING_MS = 3_000;

type Reply = (answer: Uint8Array | RemoteFailure) => void;

interface Route {
  readonly matches: (subject: string) => boolean;
  /** One of all that share gets the message; of the others, each one. */
  readonly shares: boolean;
  deliver(data: Uint8Array, subject: string, reply: Reply | undefined): void;
}

/** A complete bus within one process: the same guarantees as over NATS, and always connected until it is closed. */
export function inProcessBus(options: { logger?: BusLogger } = {}): Bus {
  return new InProcessBus(options.logger ?? console);
}

class InProcessBus implements Bus {
  readonly #logger: BusLogger;
  readonly #status: Status;
  readonly #mailbox = new Mailbox();
  readonly #routes = new Set<Route>();
  readonly #requests = new Set<(reason: Error) => void>();
  readonly #answering = new Set<Promise<void>>();
  #closing: Promise<void> | undefined;

  constructor(logger: BusLogger) {
    this.#logger = logger;
    this.#status = new Status(true, logger);
  }

  get connected(): boolean {
    return this.#status.connected;
  }

  onStatus(listener: (connected: boolean) => void): () => void {
    return this.#status.listen(listener);
  }

  publish(subject: string, data: Uint8Array): void {
    this.#post(subject, data, undefined);
  }

  async subscribe(
    pattern: string,
    handler: (data: Uint8Array, subject: string) => void | Promise<void>,
  ): Promise<Subscription> {
    return this.#add(pattern, false, (data, subject) => {
      guarded(
        () => handler(data, subject),
        (err) => this.#logger.error({ err, subject }, "a bus subscriber failed"),
      );
    });
  }

  async respond(
    pattern: string,
    handler: (data: Uint8Array, subject: string) => Uint8Array | Promise<Uint8Array>,
  ): Promise<Subscription> {
    return this.#add(pattern, true, (data, subject, reply) => {
      const answer = async () => {
        const bytes = await handler(data, subject);
        assertSize(bytes);
        reply?.(new Uint8Array(bytes));
      };
      const answering = answer().catch((err) => {
        this.#logger.error({ err, subject }, "a bus responder failed");
        reply?.(new RemoteFailure(subject));
      });
      this.#answering.add(answering);
      void answering.finally(() => this.#answering.delete(answering));
    });
  }

  request(subject: string, data: Uint8Array, options: { deadlineMs: number }): Promise<Uint8Array> {
    return observed(() => this.#request(subject, data, options));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#status.set(false);
    await this.#mailbox.emptied();
    this.#routes.clear();
    const done = new AbortController();
    await Promise.race([Promise.all(this.#answering), pause(CLOSING_MS, done.signal)]);
    done.abort();
    await this.#mailbox.emptied();
    for (const reject of this.#requests) reject(closed());
  }

  async #request(subject: string, data: Uint8Array, { deadlineMs }: { deadlineMs: number }): Promise<Uint8Array> {
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
    const reply: Reply = (answer) =>
      this.#mailbox.put(() => (answer instanceof RemoteFailure ? reject(answer) : resolve(answer)));
    const listeners = this.#post(subject, data, reply);
    if (listeners === 0) throw new NoResponders(subject);

    const deadline = setTimeout(
      () => reject(new DeadlineExceeded(`The request to "${subject}"`, deadlineMs)),
      deadlineMs,
    );
    this.#requests.add(reject);
    try {
      return await promise;
    } finally {
      clearTimeout(deadline);
      this.#requests.delete(reject);
    }
  }

  #assertOpen(): void {
    if (!this.connected) throw closed();
  }

  /** Returns the number of receivers, determined now: later subscribers do not receive earlier messages. */
  #post(subject: string, data: Uint8Array, reply: Reply | undefined): number {
    this.#assertOpen();
    assertSubject(subject);
    assertSize(data);
    const hearing = [...this.#routes].filter((route) => route.matches(subject));
    const sharing = hearing.filter((route) => route.shares);
    const chosen = sharing[Math.floor(Math.random() * sharing.length)];
    const receivers = hearing.filter((route) => !route.shares || route === chosen);
    for (const route of receivers) {
      const own = new Uint8Array(data);
      this.#mailbox.put(() => {
        if (this.#routes.has(route)) route.deliver(own, subject, reply);
      });
    }
    return receivers.length;
  }

  #add(pattern: string, shares: boolean, deliver: Route["deliver"]): Subscription {
    this.#assertOpen();
    assertPattern(pattern);
    const route: Route = { matches: matcher(pattern), shares, deliver };
    this.#routes.add(route);
    const unsubscribe = async () => {
      this.#routes.delete(route);
    };
    return { unsubscribe, [Symbol.asyncDispose]: unsubscribe };
  }
}

function closed(): BusUnavailable {
  return new BusUnavailable("The message bus is closed.");
}
