import { deferred } from "../../core/deferred.ts";
import type { RadistError } from "../../core/errors.ts";
import { DataPublication, type DataPublicationOptions } from "./data-publication.ts";
import { type Acknowledgement, encodeNumbered, type NumberedFrame } from "./numbered-frame.ts";
import { SendWindow } from "./send-window.ts";

/** A data channel of numbered frames, on which each receiver has no more under way than a window. */
export class PacedChannel {
  readonly window = new SendWindow();
  readonly #publication: DataPublication;
  readonly #target: string | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #changed = deferred();
  #closedWith: RadistError | undefined;

  constructor(options: Pick<DataPublicationOptions, "latch" | "subscribers" | "label" | "protocol" | "target">) {
    this.#target = options.target;
    this.#publication = new DataPublication({
      ...options,
      unfinished: () => this.window.unacknowledged().map(encodeNumbered),
    });
  }

  get producerId(): string | undefined {
    return this.#publication.producerId;
  }

  /** Sends a frame, after all earlier ones. Whether there is room for it is up to the caller. */
  send(numbered: NumberedFrame): Promise<void> {
    return this.#inTurn(async () => {
      await this.#publication.send(encodeNumbered(numbered));
      this.window.sent(numbered);
    });
  }

  /** Sends again what the target of this channel has not acknowledged. */
  async resend(peerId: string): Promise<void> {
    await this.#inTurn(async () => {
      for (const numbered of this.window.unacknowledged(peerId)) await this.#publication.send(encodeNumbered(numbered));
    });
  }

  /** From now on, what is sent on this side's channel reaches this peer. */
  subscribed(producerId: string, peerId: string): void {
    if (producerId !== this.producerId) return;
    // What was sent before, or on an earlier subscription of the target, may not have arrived.
    if (this.#target !== undefined && this.window.unacknowledged(peerId).length > 0) this.#resendInBackground(peerId);
    this.window.add(peerId);
  }

  acknowledged(peerId: string, { sequence, isGap }: Acknowledgement): void {
    if (this.window.acknowledge(peerId, sequence)) this.#notify();
    if (isGap && this.#target !== undefined) this.#resendInBackground(peerId);
  }

  remove(peerId: string): void {
    this.window.remove(peerId);
    this.#notify();
  }

  /**
   * Resolves when a receiver has acknowledged more, or is gone, or when the time is over.
   *
   * @returns whether something changed
   * @throws RadistError what the channel was closed with
   */
  async change(withinMs: number): Promise<boolean> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), withinMs);
    });
    const isChanged = await Promise.race([this.#changed.promise.then(() => true), timeout]);
    clearTimeout(timer);
    this.assertOpen();
    return isChanged;
  }

  assertOpen(): void {
    if (this.#closedWith) throw this.#closedWith;
  }

  close(error: RadistError): void {
    this.#closedWith ??= error;
    this.#publication.close();
    this.#notify();
  }

  #resendInBackground(peerId: string): void {
    this.resend(peerId).catch(() => {
      // The channel is closed, or refused: the next message tells its sender.
    });
  }

  #inTurn(step: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(step);
    this.#queue = done.catch(() => {});
    return done;
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = deferred();
  }
}
