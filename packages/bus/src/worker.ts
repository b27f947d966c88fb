import { setMaxListeners } from "node:events";
import { backoffMs, pause } from "@radist-tech/protocol/timing";
import type { BusLogger } from "./logger.ts";
import type { JobHandler, QueueSettings, Worker, WorkerOptions } from "./work-queue.ts";
import { RETRY_CAP_MS } from "./work-queue.ts";

/** A job in a worker's hands: one of `done`, `again` and `bury` ends it. */
export interface Delivery {
  readonly data: Uint8Array;
  readonly id: string | undefined;
  readonly attempt: number;
  done(): Promise<void>;
  /** Hands the job back, to be delivered again after `delayMs`. */
  again(delayMs: number): Promise<void>;
  /** Makes it a dead letter. */
  bury(reason: string): Promise<void>;
  /** Says that the job is being worked on, which keeps it for another `ackWaitMs`. */
  extend(): void;
}

/** Where a worker's jobs come from. */
export interface JobSource {
  readonly name: string;
  readonly settings: QueueSettings;
  readonly logger: BusLogger;
  /** Waits for a job; undefined once `stopping` aborted. Never rejects. */
  next(stopping: AbortSignal): Promise<Delivery | undefined>;
}

/** What all workers do alike, wherever the jobs come from: attempts, delays, dead letters, and stopping. */
export function startWorker(source: JobSource, handler: JobHandler, options: WorkerOptions = {}): Worker {
  const { concurrency = 1, graceMs = 4_000, signal } = options;
  const stopping = new AbortController();
  const graceOver = new AbortController();
  const ended = new AbortController();
  // Each job listens; many at a time are no leak.
  setMaxListeners(0, stopping.signal, graceOver.signal);

  const stop = async (): Promise<void> => {
    if (!stopping.signal.aborted) {
      signal?.removeEventListener("abort", onAbort);
      stopping.abort();
      void pause(graceMs, ended.signal).then(() => graceOver.abort());
    }
    await running;
  };
  const onAbort = () => void stop();
  signal?.addEventListener("abort", onAbort, { once: true });
  if (signal?.aborted) stopping.abort();

  const slot = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const delivery = await source.next(stopping.signal);
      if (!delivery) continue;
      const outcome = await attempt(source, delivery, handler, stopping.signal, graceOver.signal);
      try {
        await settle(source, delivery, outcome);
      } catch (err) {
        const fields = { err, queue: source.name, jobId: delivery.id };
        source.logger.warn(fields, "a job's outcome could not be stored, so it will come again");
      }
    }
  };
  const running = Promise.all(Array.from({ length: concurrency }, slot)).then(() => ended.abort());
  return { stop, [Symbol.asyncDispose]: stop };
}

type Outcome = { kind: "done" } | { kind: "failed"; error: unknown } | { kind: "abandoned" };

/** Runs the handler, extending the job's time, until it ends or the worker's grace is over. Never rejects. */
function attempt(
  { settings }: JobSource,
  delivery: Delivery,
  handler: JobHandler,
  stopping: AbortSignal,
  graceOver: AbortSignal,
): Promise<Outcome> {
  const { id, attempt, data } = delivery;
  if (attempt > settings.maxAttempts) {
    return Promise.resolve({ kind: "failed", error: new Error("Each of its workers ended before the job did.") });
  }
  return new Promise((resolve) => {
    const extending = setInterval(() => delivery.extend(), settings.ackWaitMs / 3);
    const end = (outcome: Outcome) => {
      clearInterval(extending);
      graceOver.removeEventListener("abort", abandon);
      resolve(outcome);
    };
    const abandon = () => end({ kind: "abandoned" });
    graceOver.addEventListener("abort", abandon);
    (async () => handler(data, { id, attempt, signal: stopping }))().then(
      () => end({ kind: "done" }),
      (error: unknown) => end({ kind: "failed", error }),
    );
  });
}

async function settle({ name, settings, logger }: JobSource, delivery: Delivery, outcome: Outcome): Promise<void> {
  const fields = { queue: name, jobId: delivery.id, attempt: delivery.attempt };
  switch (outcome.kind) {
    case "done":
      return delivery.done();
    case "abandoned":
      logger.warn(fields, "a job outlived its worker and goes to another");
      return delivery.again(0);
    case "failed":
      if (delivery.attempt < settings.maxAttempts) {
        logger.warn({ ...fields, err: outcome.error }, "a job failed and will be tried again");
        return delivery.again(backoffMs(delivery.attempt - 1, { firstMs: settings.retryMs, longestMs: RETRY_CAP_MS }));
      }
      await delivery.bury(oneLine(outcome.error));
      logger.error({ ...fields, err: outcome.error }, "a job was given up and is a dead letter now");
  }
}

/** Of an error what fits into a header: printable ASCII, bounded. */
function oneLine(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text
    .replaceAll(/[^\x21-\x7e]+/g, " ")
    .slice(0, 500)
    .trim();
}
