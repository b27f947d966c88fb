import { setTimeout as sleep } from "node:timers/promises";
import { type Connection, isUnavailable } from "@radist-tech/db";
import type { RoomId } from "@radist-tech/protocol";
import { type HomeClaim, recordTrackFacts, type TrackFact } from "@radist-tech/rooms";
import type { Logger } from "@radist-tech/runtime";

/** How long facts are gathered before they are written, milliseconds. */
const GATHER_MS = 400;

/** Pause before what found the database away is written again, milliseconds. */
const RETRY_MS = 500;

/** Maximum facts that one transaction writes. */
const BATCH = 2_000;

interface Entry {
  readonly claim: HomeClaim;
  readonly fact: TrackFact;
  readonly at: number;
}

/**
 * Writes what became true of the tracks in this node's rooms to the outbox: in order, many rooms in one transaction, and
 * within a second. While the database is away it keeps them.
 */
export class TrackJournal {
  readonly #connection: Connection;
  readonly #logger: Logger;
  #entries: Entry[] = [];
  /** How many entries there were before those. */
  #written = 0;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  #isClosed = false;

  constructor({ connection, logger }: { readonly connection: Connection; readonly logger: Logger }) {
    this.#connection = connection;
    this.#logger = logger;
  }

  add(claim: HomeClaim, fact: TrackFact): void {
    if (this.#isClosed) return;
    this.#entries.push({ claim, fact, at: performance.now() });
    this.#timer ??= setTimeout(() => void this.#write(), GATHER_MS).unref();
  }

  /** Resolves when all that was added for a room before has been written, or is refused because its claim is lost. */
  async written(roomId: RoomId): Promise<void> {
    const until = this.#written + this.#entries.findLastIndex(({ claim }) => claim.roomId === roomId) + 1;
    while (!this.#isClosed && this.#written < until) await this.#write();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #write(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  /** What is being written stays among the entries until it is. */
  async #writeAll(): Promise<void> {
    while (this.#entries.length > 0 && !this.#isClosed) {
      const batch = this.#entries.slice(0, BATCH);
      try {
        await recordTrackFacts(this.#connection, byRoom(batch));
      } catch (error) {
        if (isUnavailable(error)) {
          await sleep(RETRY_MS, undefined, { ref: false });
          continue;
        }
        this.#logger.error({ err: error, facts: batch.length }, "what became of tracks was not recorded");
      }
      this.#entries.splice(0, batch.length);
      this.#written += batch.length;
    }
  }
}

/** In the order in which they were added; those of an earlier claim are refused by themselves. */
function byRoom(entries: readonly Entry[]) {
  const claims = Map.groupBy(entries, ({ claim: { roomId, epoch } }) => `${roomId} ${epoch}`);
  return [...claims.values()].flatMap((facts) => {
    const [first] = facts;
    return first ? { ...first.claim, facts } : [];
  });
}
