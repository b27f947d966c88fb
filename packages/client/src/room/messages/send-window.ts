import { frameBytes } from "../../core/framing.ts";
import { HEADER_BYTES, type NumberedFrame } from "./numbered-frame.ts";

/** What may be on its way to one receiver. A media server drops what it cannot pass on, beyond 2 MB for all senders. */
export const WINDOW_BYTES = 262_144;

/** A receiver may leave less than half of this unacknowledged, so that a large message cannot wait for that. */
const UNWAITED_BYTES = WINDOW_BYTES / 4;

/**
 * What was sent on one channel, and how much of it each receiver has acknowledged. Frames that all receivers have are
 * forgotten, so that no more than the window and one message is kept.
 */
export class SendWindow {
  readonly #receivers = new Map<string, number>();
  /** Oldest first. */
  #kept: { readonly numbered: NumberedFrame; readonly bytes: number }[] = [];
  #last = 0;

  /** A receiver gets what is sent from now on. No change for one that is known. */
  add(peerId: string, since = this.#last): void {
    if (!this.#receivers.has(peerId)) this.#receivers.set(peerId, since);
  }

  remove(peerId: string): void {
    this.#receivers.delete(peerId);
    this.#forget();
  }

  sent(numbered: NumberedFrame): void {
    this.#last = numbered.sequence;
    this.#kept.push({ numbered, bytes: frameBytes(numbered.frame) + HEADER_BYTES });
    this.#forget();
  }

  /**
   * The receiver may already have, by another channel, what has not been sent on this one.
   *
   * @returns whether it has more than was known
   */
  acknowledge(peerId: string, sequence: number): boolean {
    const known = this.#receivers.get(peerId);
    if (known === undefined || sequence <= known) return false;
    this.#receivers.set(peerId, sequence);
    this.#forget();
    return true;
  }

  has(peerId: string): boolean {
    return this.#receivers.has(peerId);
  }

  acknowledged(peerId: string): number {
    return this.#receivers.get(peerId) ?? this.#last;
  }

  /** What a receiver has not acknowledged; without one, what any of them has not. */
  unacknowledged(peerId?: string): readonly NumberedFrame[] {
    const since = peerId === undefined ? 0 : this.acknowledged(peerId);
    return this.#kept.filter(({ numbered }) => numbered.sequence > since).map(({ numbered }) => numbered);
  }

  bytesUnderway(peerId: string): number {
    const since = this.acknowledged(peerId);
    return this.#kept.reduce((sum, { numbered, bytes }) => (numbered.sequence > since ? sum + bytes : sum), 0);
  }

  /** The receivers that a message must wait for. */
  full(frameSize: number): readonly string[] {
    return [...this.#receivers.keys()].filter((peerId) => {
      const underway = this.bytesUnderway(peerId);
      return underway > UNWAITED_BYTES && underway + frameSize + HEADER_BYTES > WINDOW_BYTES;
    });
  }

  /** The full receivers that hold up another one, which has nearly everything. */
  laggards(frameSize: number): readonly string[] {
    const full = this.full(frameSize);
    return [...this.#receivers.keys()].some((peerId) => this.hasNearlyAll(peerId)) ? full : [];
  }

  /** Also one that is gone. */
  hasNearlyAll(peerId: string): boolean {
    return this.bytesUnderway(peerId) <= UNWAITED_BYTES;
  }

  #forget(): void {
    const slowest = Math.min(this.#last, ...this.#receivers.values());
    this.#kept = this.#kept.filter(({ numbered }) => numbered.sequence > slowest);
  }
}
