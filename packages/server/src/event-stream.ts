import type { EventPage, EventType, ListedEvent } from "@radist-tech/protocol";
import { RadistServerError } from "./error.ts";
import type { EventListOptions } from "./event-list.ts";
import { pause } from "./retry.ts";

export interface EventOptions<Type extends EventType = EventType> extends Omit<EventListOptions<Type>, "limit"> {
  /** Ends the iteration. */
  readonly signal?: AbortSignal | undefined;
}

const PAGE = 1_000;

/** The pause while nothing happens, and between attempts in an outage: doubled each time, up to the longest. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

type ReadPage<Type extends EventType> = (
  list: EventListOptions<Type>,
  signal: AbortSignal | undefined,
) => Promise<EventPage<Type>>;

/**
 * Events as they happen, to be iterated over once. An event's `cursor` is what to store when you have dealt with it: the
 * next process goes on after it, so that none is missed. One that you dealt with without storing its cursor comes again.
 */
export class EventStream<Type extends EventType = EventType> implements AsyncIterable<ListedEvent<Type>> {
  readonly #options: EventOptions<Type>;
  readonly #readPage: ReadPage<Type>;
  #cursor: string | undefined;

  /** @internal */
  constructor(options: EventOptions<Type>, readPage: ReadPage<Type>) {
    this.#options = options;
    this.#readPage = readPage;
    this.#cursor = options.after;
  }

  /**
   * All events up to here have been dealt with: the iteration was asked for a further one. It moves on also while nothing
   * happens, so store it now and then where events are rare: a cursor expires with the age of what comes after it.
   */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ListedEvent<Type>, void, undefined> {
    const { signal } = this.#options;
    for (let pauses = 0; !signal?.aborted; ) {
      const page = await this.#next();
      for (const event of page?.events ?? []) {
        yield event;
        this.#cursor = event.cursor;
        if (signal?.aborted) return;
      }
      if (page) this.#cursor = page.cursor;
      pauses = page && page.events.length > 0 ? 0 : pauses + 1;
      // Behind a full page there is more.
      if (page?.events.length !== PAGE) await pause(pauseMs(pauses), signal);
    }
  }

  /** @returns nothing when it is worth trying again */
  async #next(): Promise<EventPage<Type> | undefined> {
    const { types, subject, signal } = this.#options;
    try {
      return await this.#readPage({ after: this.#cursor, limit: PAGE, types, subject }, signal);
    } catch (error) {
      if (signal?.aborted) return undefined;
      if (error instanceof RadistServerError && error.retryable) return undefined;
      throw error;
    }
  }
}

/** Between half of it and the whole, so that many readers do not come in step. */
function pauseMs(pauses: number, random: () => number = Math.random): number {
  const full = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(pauses, 30));
  return full * (0.5 + random() / 2);
}
