import { BusUnavailable } from "./errors.ts";
import type { BusLogger } from "./logger.ts";
import { assertSize } from "./size.ts";
import type { DeadLetter, JobHandler, QueueSettings, Worker, WorkerOptions, WorkQueue } from "./work-queue.ts";
import { assertJobId, DEAD_LETTER_LIMIT } from "./work-queue.ts";
import type { Delivery, JobSource } from "./worker.ts";
import { startWorker } from "./worker.ts";

interface StoredJob {
  readonly data: Uint8Array;
  readonly id: string | undefined;
  readonly storedAtMs: number;
  attempts: number;
}

/** Jobs in memory. Its workers cannot die without it, so nothing waits for `ackWaitMs` here. */
export class InProcessQueue implements WorkQueue, JobSource {
  readonly name: string;
  readonly logger: BusLogger;
  settings: QueueSettings;
  readonly #jobs = new Set<StoredJob>();
  readonly #ready: StoredJob[] = [];
  readonly #delayed = new Set<NodeJS.Timeout>();
  readonly #waiting = new Set<() => void>();
  readonly #rememberedIds = new Map<string, number>();
  readonly #dead: DeadLetter[] = [];
  readonly #workers = new Set<Worker>();
  #closed = false;

  constructor(name: string, settings: QueueSettings, logger: BusLogger) {
    this.name = name;
    this.settings = settings;
    this.logger = logger;
  }

  async enqueue(data: Uint8Array, { id }: { id?: string } = {}): Promise<void> {
    this.#assertOpen();
    assertSize(data);
    if (id !== undefined) assertJobId(id);
    if (id !== undefined && this.#isDuplicate(id)) return;
    const job: StoredJob = { data: new Uint8Array(data), id, storedAtMs: performance.now(), attempts: 0 };
    this.#jobs.add(job);
    this.#offer(job);
  }

  async work(handler: JobHandler, options?: WorkerOptions): Promise<Worker> {
    this.#assertOpen();
    const worker = startWorker(this, handler, options);
    this.#workers.add(worker);
    return worker;
  }

  async depth(): Promise<number> {
    this.#assertOpen();
    return this.#jobs.size;
  }

  async deadLetters({ limit = 100 }: { limit?: number } = {}) {
    this.#assertOpen();
    const jobs = this.#dead.slice(0, limit).map((letter) => ({ ...letter, data: new Uint8Array(letter.data) }));
    return { count: this.#dead.length, jobs };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#workers].map((worker) => worker.stop()));
    this.#closed = true;
    for (const timer of this.#delayed) clearTimeout(timer);
  }

  async next(stopping: AbortSignal): Promise<Delivery | undefined> {
    while (!stopping.aborted) {
      const job = this.#ready.shift();
      if (!job) await this.#offered(stopping);
      else if (this.#isTooOld(job)) this.#jobs.delete(job);
      else return this.#deliver(job);
    }
    return undefined;
  }

  #deliver(job: StoredJob): Delivery {
    job.attempts += 1;
    const { id, attempts } = job;
    return {
      data: new Uint8Array(job.data),
      id,
      attempt: attempts,
      extend() {},
      done: async () => {
        this.#jobs.delete(job);
      },
      again: async (delayMs) => {
        const timer = setTimeout(() => {
          this.#delayed.delete(timer);
          this.#offer(job);
        }, delayMs);
        this.#delayed.add(timer);
      },
      bury: async (reason) => {
        this.#jobs.delete(job);
        this.#dead.push({ data: job.data, id, attempts, reason, at: new Date() });
        if (this.#dead.length > DEAD_LETTER_LIMIT) this.#dead.shift();
      },
    };
  }

  #offer(job: StoredJob): void {
    this.#ready.push(job);
    // All of them: the one that would be woken may be stopping.
    for (const wake of this.#waiting) wake();
  }

  /** Resolves when there may be a job, or on stopping. */
  #offered(stopping: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake);
        stopping.removeEventListener("abort", wake);
        resolve();
      };
      this.#waiting.add(wake);
      stopping.addEventListener("abort", wake);
    });
  }

  #isTooOld(job: StoredJob): boolean {
    const { maxAgeMs } = this.settings;
    return maxAgeMs !== undefined && performance.now() - job.storedAtMs > maxAgeMs;
  }

  #isDuplicate(id: string): boolean {
    const now = performance.now();
    const oldest = now - this.settings.duplicateWindowMs;
    // Insertion order is age: forgetting stops at the first id that is still young.
    for (const [remembered, atMs] of this.#rememberedIds) {
      if (atMs > oldest) break;
      this.#rememberedIds.delete(remembered);
    }
    if (this.#rememberedIds.has(id)) return true;
    this.#rememberedIds.set(id, now);
    return false;
  }

  #assertOpen(): void {
    if (this.#closed) throw new BusUnavailable("The message bus is closed.");
  }
}
