import { type Bus, BusUnavailable } from "@radist-tech/bus";
import type { RelayBatch } from "@radist-tech/protocol";

/** How long the other node may take to take a batch, and how long it is tried, milliseconds. */
const DEADLINE_MS = 2_000;
const PATIENCE_MS = 5_000;
const RETRY_MS = 200;

/** What the other node answers: whether it still has the session. */
export const TAKEN = "taken";
export const GONE = "gone";

interface BatchesOptions {
  readonly bus: Bus;
  readonly subject: string;
  readonly session: RelayBatch["session"];
  readonly roomId: RelayBatch["roomId"];
  /** The other node cannot be reached, or has forgotten the session. */
  readonly onBroken: (why: string) => void;
}

/** Frames on their way to another node, in order: while one batch is under way, the next one gathers. */
export class Batches {
  readonly #options: BatchesOptions;
  #gathering: string[] = [];
  #end: RelayBatch["end"];
  #hasSign = false;
  #count = 0;
  #isSending = false;
  #isOver = false;

  constructor(options: BatchesOptions) {
    this.#options = options;
  }

  /** Tells that the client lives, though it said nothing. */
  signOfLife(): void {
    if (this.#isOver) return;
    this.#hasSign = true;
    this.#send();
  }

  add(frame: string): void {
    if (this.#isOver) return;
    this.#gathering.push(frame);
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
    this.#gathering = [];
    this.#end = undefined;
    this.#hasSign = false;
  }

  #send(): void {
    if (this.#isSending) return;
    this.#isSending = true;
    void this.#drain().finally(() => {
      this.#isSending = false;
    });
  }

  async #drain(): Promise<void> {
    const { session, roomId, onBroken } = this.#options;
    while (this.#gathering.length > 0 || this.#end || this.#hasSign) {
      const frames = this.#gathering;
      const end = this.#end;
      this.#gathering = [];
      this.#end = undefined;
      this.#hasSign = false;
      const batch: RelayBatch = { session, roomId, count: ++this.#count, frames, ...(end && { end }) };
      const failure = await this.#deliver(Buffer.from(JSON.stringify(batch)));
      if (failure === undefined) continue;
      this.stop();
      onBroken(failure);
    }
  }

  /** @returns why it could not be delivered; a batch whose answer was lost is sent again, and known by its count */
  async #deliver(data: Uint8Array): Promise<string | undefined> {
    const { bus, subject } = this.#options;
    const until = performance.now() + PATIENCE_MS;
    for (;;) {
      try {
        const answer = await bus.request(subject, data, { deadlineMs: DEADLINE_MS });
        return Buffer.from(answer).toString() === TAKEN ? undefined : "the other node has forgotten the session";
      } catch (error) {
        const mayPass =
          error instanceof BusUnavailable || (error instanceof Error && error.name === "DeadlineExceeded");
        if (!mayPass || performance.now() > until) return error instanceof Error ? error.message : String(error);
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
