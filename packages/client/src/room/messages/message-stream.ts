import { RadistError } from "../../core/errors.ts";
import { frameBytes, type OutgoingFrame, readFrame } from "../../core/framing.ts";
import { DataPublication, type DataPublicationOptions, PRIVATE_PROTOCOL } from "./data-publication.ts";
import { Lane, STALL_MS } from "./lane.ts";
import type { Acknowledgement } from "./numbered-frame.ts";
import { PacedChannel } from "./paced-channel.ts";

/** For how long a slow receiver may hold up those that keep up, with all messages until it has caught up. */
const PATIENCE_MS = 500;

export interface MessageStreamOptions
  extends Pick<DataPublicationOptions, "latch" | "subscribers" | "label" | "target"> {
  /** Where SDKs that do not acknowledge expect the same messages. */
  readonly plainLabel: string | undefined;
  readonly failed: (error: unknown) => void;
}

/**
 * This side's messages to all, or to one participant: no faster than they are received.
 *
 * Receivers acknowledge, and a message waits while a receiver has a window of bytes under way. One that holds up the others
 * gets a lane of its own, for as long as it stays. SDKs that do not acknowledge get the same messages on `radist-data`.
 */
export class MessageStream {
  readonly id = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  readonly #options: MessageStreamOptions;
  readonly #channel: PacedChannel;
  readonly #plain: DataPublication | undefined;
  readonly #lanes = new Map<string, Lane>();
  /** For how long receivers have held up others, since they had nearly everything. */
  readonly #heldUpMs = new Map<string, number>();
  #queue: Promise<void> = Promise.resolve();
  #sequence = 0;

  constructor(options: MessageStreamOptions) {
    this.#options = options;
    const { subscribers, target } = options;
    const protocol = target === undefined ? "" : PRIVATE_PROTOCOL;
    this.#channel = new PacedChannel({ ...options, protocol });
    if (options.plainLabel === undefined) return;
    this.#plain = new DataPublication({
      ...options,
      label: options.plainLabel,
      protocol,
      waitsFor: (peerId) => !subscribers.isReady(this.#channel.producerId, peerId),
      isAlwaysNeeded: false,
    });
  }

  /**
   * Sends one message, after all earlier ones. Resolves when it is handed to the browser.
   *
   * @throws RadistError `receiver_too_slow` when a participant does not get it; the others do
   */
  send(frame: OutgoingFrame): Promise<void> {
    const sent = this.#queue.then(() => this.#transmit(frame));
    // A failure concerns the caller that it happened to, and not the next one.
    this.#queue = sent.catch(() => {});
    return sent;
  }

  subscribed(producerId: string, peerId: string): void {
    // Who has a lane receives nothing more from the channel to all.
    const lane = this.#lanes.get(peerId);
    if (lane) lane.subscribed(producerId, peerId);
    else this.#channel.subscribed(producerId, peerId);
  }

  acknowledged(peerId: string, acknowledgement: Acknowledgement): void {
    const lane = this.#lanes.get(peerId);
    if (lane) return lane.acknowledged(acknowledgement);
    this.#channel.acknowledged(peerId, acknowledgement);
    if (acknowledgement.isGap && this.#options.target === undefined) this.#giveLane(peerId);
  }

  left(peerId: string): void {
    this.#channel.remove(peerId);
    this.#lanes.get(peerId)?.close(new RadistError("peer_not_found"));
    this.#lanes.delete(peerId);
  }

  /** Closes the channels on both sides. What waits is rejected with the error. */
  close(error: RadistError): void {
    this.#channel.close(error);
    this.#plain?.close();
    for (const lane of this.#lanes.values()) lane.close(error);
    this.#lanes.clear();
  }

  async #transmit(outgoing: OutgoingFrame): Promise<void> {
    const frame = await readFrame(outgoing);
    await this.#whenRoom(frameBytes(frame));
    const sequence = this.#sequence + 1;
    const numbered = { stream: this.id, sequence, previous: this.#sequence, frame };
    await this.#channel.send(numbered);
    this.#sequence = sequence;
    const missed = [...this.#lanes].filter(([, lane]) => !lane.offer(numbered)).map(([peerId]) => peerId);
    if (this.#plain && this.#hasPlainReceivers()) await this.#plain.send(frame);
    if (missed.length === 0) return;
    const message = `The message was sent, but not to ${missed.join(", ")}: too much is already waiting to be received.`;
    throw new RadistError("receiver_too_slow", { message });
  }

  /** Waits for the receivers, but not for long for one that holds up the others. */
  async #whenRoom(bytes: number): Promise<void> {
    const { window } = this.#channel;
    for (let silentMs = 0; ; ) {
      this.#channel.assertOpen();
      for (const peerId of this.#heldUpMs.keys()) if (window.hasNearlyAll(peerId)) this.#heldUpMs.delete(peerId);
      if (window.full(bytes).length === 0) return;
      if (silentMs >= STALL_MS) throw new RadistError("receiver_too_slow");
      const laggards = window.laggards(bytes);
      const patienceMs = laggards.map((peerId) => PATIENCE_MS - (this.#heldUpMs.get(peerId) ?? 0));
      const startedAt = performance.now();
      const isChanged = await this.#channel.change(Math.max(0, Math.min(STALL_MS - silentMs, ...patienceMs)));
      const waitedMs = performance.now() - startedAt;
      silentMs = isChanged ? 0 : silentMs + waitedMs;
      for (const peerId of laggards) this.#holdsUp(peerId, waitedMs);
    }
  }

  #holdsUp(peerId: string, waitedMs: number): void {
    const heldUpMs = (this.#heldUpMs.get(peerId) ?? 0) + waitedMs;
    this.#heldUpMs.set(peerId, heldUpMs);
    if (heldUpMs < PATIENCE_MS) return;
    this.#heldUpMs.delete(peerId);
    this.#giveLane(peerId);
  }

  /** From now on, this receiver gets the messages to all on a channel of its own, from the first that it lacks. */
  #giveLane(peerId: string): void {
    const { window } = this.#channel;
    if (!window.has(peerId)) return;
    const lane = new Lane(this.#options, peerId, window.acknowledged(peerId));
    this.#lanes.set(peerId, lane);
    for (const numbered of window.unacknowledged(peerId)) lane.offer(numbered);
    this.#channel.remove(peerId);
  }

  /** Whether somebody is present who has had the time to subscribe to acknowledged messages, and has not. */
  #hasPlainReceivers(): boolean {
    const { subscribers, target } = this.#options;
    const isPlain = (peerId: string) =>
      !this.#lanes.has(peerId) && !subscribers.isReady(this.#channel.producerId, peerId);
    return [...subscribers.present].some((peerId) => (target ?? peerId) === peerId && isPlain(peerId));
  }
}
