import { RadistError } from "../../core/errors.ts";
import { frameBytes } from "../../core/framing.ts";
import type { DataPublicationOptions } from "./data-publication.ts";
import type { Acknowledgement, NumberedFrame } from "./numbered-frame.ts";
import { PacedChannel } from "./paced-channel.ts";

/** Shows a receiver that the messages to all come to it on this channel, in place of the one to all. */
export const LANE_PROTOCOL = "lane";

/** How much is kept for one slow receiver. */
export const BACKLOG_BYTES = 16_777_216;

/** No acknowledgement for so long: the receiver is as good as gone. */
export const STALL_MS = 30_000;

/** The messages to all, for a receiver that cannot keep up with the others: at its own pace. */
export class Lane {
  readonly #peerId: string;
  readonly #channel: PacedChannel;
  readonly #failed: (error: unknown) => void;
  #queue: Promise<void> = Promise.resolve();
  #backlogBytes = 0;
  #last: number;
  #isClosed = false;

  /** @param since what the receiver has acknowledged */
  constructor(
    options: Pick<DataPublicationOptions, "latch" | "subscribers" | "label"> & {
      readonly failed: (error: unknown) => void;
    },
    peerId: string,
    since: number,
  ) {
    this.#peerId = peerId;
    this.#last = since;
    this.#failed = options.failed;
    this.#channel = new PacedChannel({ ...options, protocol: LANE_PROTOCOL, target: peerId });
    this.#channel.window.add(peerId, since);
  }

  /** @returns whether the message is kept until it is sent */
  offer(message: NumberedFrame): boolean {
    const bytes = frameBytes(message.frame);
    if (this.#isClosed || this.#backlogBytes + bytes > BACKLOG_BYTES) return false;
    const numbered = { ...message, previous: this.#last };
    this.#last = message.sequence;
    this.#backlogBytes += bytes;
    this.#queue = this.#queue
      .then(() => this.#transmit(numbered, bytes))
      .catch((error: unknown) => {
        if (this.#isClosed) return;
        this.#isClosed = true;
        this.#failed(error);
      })
      .finally(() => {
        this.#backlogBytes -= bytes;
      });
    return true;
  }

  subscribed(producerId: string, peerId: string): void {
    this.#channel.subscribed(producerId, peerId);
  }

  acknowledged(acknowledgement: Acknowledgement): void {
    this.#channel.acknowledged(this.#peerId, acknowledgement);
  }

  close(error: RadistError): void {
    this.#isClosed = true;
    this.#channel.close(error);
  }

  async #transmit(numbered: NumberedFrame, bytes: number): Promise<void> {
    this.#channel.assertOpen();
    while (this.#channel.window.full(bytes).length > 0) {
      if (await this.#channel.change(STALL_MS)) continue;
      const message = `Participant ${this.#peerId} no longer receives messages.`;
      throw new RadistError("receiver_too_slow", { message });
    }
    await this.#channel.send(numbered);
  }
}
