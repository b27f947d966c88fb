/**
 * Jobs that are done at least once, each by one of the workers that share the queue, in any process.
 *
 * On NATS a job is kept on the server's disk until it is done; in process, in memory, as long as the process lives.
 */
export interface WorkQueue {
  /**
   * Resolves when the job is stored.
   *
   * @param options.id the same id within `duplicateWindowMs` stores the job once; 1 to 256 of printable ASCII
   * @throws {BusUnavailable} not stored, or not known to be: repeat with the same id
   * @throws {DeadlineExceeded} the server did not answer: repeat with the same id
   */
  enqueue(data: Uint8Array, options?: { id?: string }): Promise<void>;

  /** Takes jobs until the worker is disposed, `signal` aborts or the bus is closed; survives reconnects. */
  work(handler: JobHandler, options?: WorkerOptions): Promise<Worker>;

  /** How many jobs are stored and not yet done. */
  depth(): Promise<number>;

  /** Jobs that were given up, oldest first. The last 10,000 are kept, for 30 days. */
  deadLetters(options?: { limit?: number }): Promise<{ readonly count: number; readonly jobs: readonly DeadLetter[] }>;
}

/**
 * Does a job. When it resolves the job is done; when it throws, the job comes again after a growing delay. The job
 * stays its own for as long as it runs, however long. After a crash, or a lost connection, another worker may do the
 * same job, so doing it twice must be harmless.
 */
export type JobHandler = (data: Uint8Array, job: Job) => void | Promise<void>;

export interface Job {
  /** As given to `enqueue`. */
  readonly id: string | undefined;
  /** How often the job was handed out, this time included; from 1. */
  readonly attempt: number;
  /** Aborts when the worker stops. A job that does not end within `graceMs` from then goes to another worker. */
  readonly signal: AbortSignal;
}

/** Disposing stops it: takes no more jobs, and after `graceMs` hands back those that still run, for others to do. */
export interface Worker extends AsyncDisposable {
  stop(): Promise<void>;
}

export interface DeadLetter {
  readonly data: Uint8Array;
  readonly id: string | undefined;
  readonly attempts: number;
  /** What the last attempt threw, in one line. */
  readonly reason: string;
  readonly at: Date;
}

export interface WorkQueueOptions {
  /** Attempts after which a job becomes a dead letter. A worker that dies or stops used up its attempt. Default 5. */
  maxAttempts?: number;
  /** How long after its worker died a job goes to another. Default 30,000. */
  ackWaitMs?: number;
  /** Jobs older than this are dropped. Default: kept until done. */
  maxAgeMs?: number;
  /** How long an id is remembered. Default 120,000. */
  duplicateWindowMs?: number;
  /** The delay after the first failed attempt; it doubles with each, up to a minute. Default 1,000. */
  retryMs?: number;
}

export interface WorkerOptions {
  /** Jobs at a time. Default 1. */
  concurrency?: number;
  /** Stops the worker when it aborts. */
  signal?: AbortSignal;
  /** How long a stopped worker lets its jobs run on. Default 4,000. */
  graceMs?: number;
}

export type QueueSettings = Required<Omit<WorkQueueOptions, "maxAgeMs">> & { readonly maxAgeMs: number | undefined };

export const DEAD_LETTER_LIMIT = 10_000;
export const DEAD_LETTER_AGE_MS = 30 * 24 * 60 * 60 * 1000;
export const RETRY_CAP_MS = 60_000;

const NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** @throws {TypeError} for a malformed name */
export function queueSettings(name: string, options: WorkQueueOptions = {}): QueueSettings {
  if (!NAME.test(name)) throw new TypeError(`${JSON.stringify(name)} is no valid queue name: 1-64 of A-Z a-z 0-9 _ -.`);
  const { maxAttempts = 5, ackWaitMs = 30_000, maxAgeMs, duplicateWindowMs = 120_000, retryMs = 1_000 } = options;
  // A job's id cannot be remembered for longer than any job lives: JetStream refuses such a window.
  const window = Math.min(duplicateWindowMs, maxAgeMs ?? Number.POSITIVE_INFINITY);
  return { maxAttempts, ackWaitMs, maxAgeMs, duplicateWindowMs: window, retryMs };
}

/** @throws {TypeError} for an id that a header could not carry */
export function assertJobId(id: string): void {
  if (!/^[\x21-\x7e]{1,256}$/.test(id)) throw new TypeError("A job id takes 1 to 256 of printable ASCII, no spaces.");
}
