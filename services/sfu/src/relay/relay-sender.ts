import { type Bus, BusUnavailable, DeadlineExceeded, NoResponders } from "@radist-tech/bus";
import type { RelayBatch } from "@radist-tech/protocol/bus";
import { pause } from "@radist-tech/protocol/timing";
import { FrameBuffer } from "./frame-buffer.ts";

/** How long the other node may take to accept a batch, and for how long it is retried, milliseconds. */
const DEADLINE_MS = 2_000;
const PATIENCE_MS = 5_000;
const RETRY_MS = 200;

/** What the other node answers: whether it still has the session. */
export const TAKEN = "taken";
export const GONE = "gone";

interface RelaySenderOptions {
  readonly bus: Pick<Bus, "request">;
  readonly subject: string;
  readonly session: RelayBatch["session"];
  /** Since the client was last heard, where it is heard on this node. */
  readonly silentMs?: () => number;
  /** The last batch was accepted, or could not be delivered. */
  readonly onEnded?: () => void;
  /** The other node cannot be reached, or has forgotten the session. */
  readonly onBroken: (why: string) => void;
}

/** Sends frames to another node, in order: while one batch is under way, the next one is collected. */
export class RelaySender {
  readonly #options: RelaySenderOptions;
  readonly #buffer = new FrameBuffer();
  #end: RelayBatch["end"];
  #hasSign = false;
  #count = 0;
  #isSending = false;
  #isOver = false;

  constructor(options: RelaySenderOptions) {
    this.#options = options;
  }

  /** UTF-16 length of what waits. */
  get waiting(): number {
    return this.#buffer.length;
  }

  /** Reports that the client is alive, though it sent nothing. */
  signOfLife(): void {
    if (this.#isOver) return;
    this.#hasSign = true;
    this.#send();
  }

  add(frame: string): void {
    if (this.#isOver) return;
    this.#buffer.add(frame);
    this.#send();
  }

  /** The last thing that is sent. */
  end(end: NonNullable<RelayBatch["end"]>): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#end = end;
    this.#send();
  }

  /** Nothing is sent any more. */
  stop(): void {
    this.#isOver = true;
    this.#buffer.clear();
    this.#end = undefined;
    this.#hasSign = false;
  }

  #send(): void {
    if (!this.#isSending) void this.#drain();
  }

  async #drain(): Promise<void> {
    this.#isSending = true;
    while (this.#buffer.length > 0 || this.#end || this.#hasSign) {
      const taken = this.#buffer.take();
      const end = this.#buffer.length === 0 ? this.#end : undefined;
      if (end) this.#end = undefined;
      this.#hasSign = false;
      const failure = await this.#deliver({ session: this.#options.session, count: ++this.#count, ...taken }, end);
      if (end) this.#options.onEnded?.();
      if (failure === undefined) continue;
      this.stop();
      this.#options.onBroken(failure);
    }
    this.#isSending = false;
  }

  /** @returns why it could not be delivered; a batch whose answer was lost is sent again, and known by its count */
  async #deliver(batch: Omit<RelayBatch, "silentMs">, end: RelayBatch["end"]): Promise<string | undefined> {
    const { bus, subject, silentMs } = this.#options;
    const until = performance.now() + PATIENCE_MS;
    for (;;) {
      try {
        const data: RelayBatch = { ...batch, ...(end && { end }), ...(silentMs && { silentMs: silentMs() }) };
        const answer = await bus.request(subject, Buffer.from(JSON.stringify(data)), { deadlineMs: DEADLINE_MS });
        return Buffer.from(answer).toString() === TAKEN ? undefined : "the other node has forgotten the session";
      } catch (error) {
        // A node that reconnects to the bus cannot be reached for a moment.
        const mayPass =
          error instanceof BusUnavailable || error instanceof DeadlineExceeded || error instanceof NoResponders;
        if (!mayPass || performance.now() > until) return error instanceof Error ? error.message : String(error);
      }
      await pause(RETRY_MS);
    }
  }
}
