import { jetstream } from "@nats-io/jetstream";
import type { Msg } from "@nats-io/transport-node";
import { nanos } from "@nats-io/transport-node";
import { deadLetterHeaders } from "./nats-dead-letters.ts";
import type { NatsLink } from "./nats-link.ts";
import type { QueueNames } from "./nats-stream.ts";
import type { Delivery } from "./worker.ts";

const ANSWER_MS = 5_000;

/**
 * A job from JetStream. It is acknowledged on its reply subject by whatever connection there is by then, so that a
 * job which outlives a reconnect is neither lost to another worker nor done twice.
 */
export class NatsDelivery implements Delivery {
  readonly data: Uint8Array;
  readonly id: string | undefined;
  readonly attempt: number;
  readonly #reply: string;
  readonly #streamPlace: string;
  readonly #link: NatsLink;
  readonly #names: QueueNames;

  constructor(message: Msg, link: NatsLink, names: QueueNames) {
    this.#reply = message.reply ?? "";
    const { delivered, place } = readReply(this.#reply);
    this.data = message.data;
    this.id = message.headers?.get("Nats-Msg-Id") || undefined;
    this.attempt = delivered;
    this.#streamPlace = place;
    this.#link = link;
    this.#names = names;
  }

  async done(): Promise<void> {
    await this.#link.connected.request(this.#reply, "+ACK", { timeout: ANSWER_MS });
  }

  async again(delayMs: number): Promise<void> {
    const delay = delayMs > 0 ? ` ${JSON.stringify({ delay: nanos(Math.round(delayMs)) })}` : "";
    this.#link.connected.publish(this.#reply, `-NAK${delay}`);
  }

  async bury(reason: string): Promise<void> {
    const headers = deadLetterHeaders({ id: this.id, attempts: this.attempt, reason });
    // The id makes a repeat harmless, should the job come again because the acknowledgement below is lost.
    const options = { headers, msgID: this.#streamPlace, timeout: ANSWER_MS };
    await jetstream(this.#link.connected).publish(this.#names.deadSubject, this.data, options);
    await this.done();
  }

  extend(): void {
    if (this.#link.status.connected) this.#link.connected.publish(this.#reply, "+WPI");
  }
}

/**
 * `$JS.ACK.<stream>.<consumer>.<delivered>.<stream seq>.<consumer seq>.<time>.<pending>`, in newer servers with domain
 * and account hash before the stream (ADR-15).
 */
function readReply(reply: string): { delivered: number; place: string } {
  const tokens = reply.split(".");
  const [, , delivered, sequence, , time] = tokens.slice(tokens.length >= 11 ? 4 : 2);
  return { delivered: Number(delivered), place: `${time}-${sequence}` };
}
