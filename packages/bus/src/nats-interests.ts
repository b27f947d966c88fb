import type { Msg, NatsConnection, Subscription as NatsSubscription } from "@nats-io/transport-node";
import type { Subscription } from "./bus.ts";
import type { NatsLink } from "./nats-link.ts";
import { assertPattern } from "./subject.ts";

/** Must not throw: it runs inside the client's parser. */
export type Deliver = (message: Msg, subject: string) => void;

interface Interest {
  readonly pattern: string;
  /** In one queue group with all others that share: each message goes to one of them. */
  readonly shares: boolean;
  readonly deliver: Deliver;
  live?: NatsSubscription;
}

/** The subscriptions of a bus, across all of its connections. */
export class Interests {
  readonly #prefix: string;
  readonly #all = new Set<Interest>();

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** Restores all of them on a new connection. */
  restore(connection: NatsConnection): void {
    for (const interest of this.#all) this.#enliven(interest, connection);
  }

  /** Resolves when the server has registered it, or at once while disconnected. */
  async add(link: NatsLink, pattern: string, shares: boolean, deliver: Deliver): Promise<Subscription> {
    assertPattern(pattern);
    const interest: Interest = { pattern, shares, deliver };
    this.#all.add(interest);
    const { connection } = link;
    if (connection && !connection.isClosed()) {
      this.#enliven(interest, connection);
      await settled(link, connection);
    }
    const unsubscribe = async () => {
      if (!this.#all.delete(interest)) return;
      const { connection } = link;
      if (!connection || connection.isClosed()) return;
      interest.live?.unsubscribe();
      await settled(link, connection);
    };
    return { unsubscribe, [Symbol.asyncDispose]: unsubscribe };
  }

  /** Ends all of them at the server; resolves when what it sent before has been delivered. */
  async end(link: NatsLink): Promise<void> {
    for (const { live } of this.#all) {
      // Rejects or never settles when the connection is lost, which ends them as well.
      if (live && !live.isClosed()) live.drain().catch(() => undefined);
    }
    this.#all.clear();
    if (link.connection) await settled(link, link.connection);
  }

  #enliven(interest: Interest, connection: NatsConnection): void {
    interest.live = connection.subscribe(`${this.#prefix}.${interest.pattern}`, {
      ...(interest.shares && { queue: "responders" }),
      callback: (refusal, message) => {
        // A refused subscription is also a status of the connection, which the link logs.
        if (!refusal) interest.deliver(message, message.subject.slice(this.#prefix.length + 1));
      },
    });
  }
}

/** Waits until the server has registered it, unless the connection is lost first: then the next one restores it. */
async function settled(link: NatsLink, connection: NatsConnection): Promise<void> {
  try {
    await link.roundTrip(connection);
  } catch (error) {
    if (!connection.isClosed() && link.connection === connection) throw error;
  }
}
