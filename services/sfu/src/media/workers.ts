import process from "node:process";
import type { Logger } from "@radist-tech/runtime";
import type { types } from "mediasoup";
import type { AnnouncedAddresses } from "./announced-addresses.ts";
import { MEDIA_CODECS } from "./codecs.ts";
import { startWorker } from "./start-worker.ts";
import { openWebRtcServer } from "./web-rtc-server.ts";

/** Pause before a worker that could not be started again is tried once more, milliseconds. */
const RESTART_MS = 1_000;

/** How often a worker is asked whether it lives, and how long it may take to answer, milliseconds. */
const WATCH_MS = 2_000;
const ANSWER_MS = 3_000;
const GRACE_MS = 500;

/** A worker process with its one port. */
export interface MediaWorker {
  readonly index: number;
  readonly worker: types.Worker;
  readonly webRtcServer: types.WebRtcServer;
  /** Where browsers reach that port. */
  readonly announced: AnnouncedAddresses;
  /** Number of consumers on it. */
  consumers: number;
  /** Number of peers whose transports are on it. */
  peers: number;
}

/** Minimum of consumers that a new peer is expected to have soon. */
const EXPECTED_CONSUMERS = 4;

/** The load of a worker, in consumers that it has or will soon have. */
export const loadOf = ({ consumers, peers }: MediaWorker): number => Math.max(consumers, peers * EXPECTED_CONSUMERS);

export interface WorkerOptions {
  readonly count: number;
  /** First of their ports; 0: any. */
  readonly port: number;
  readonly announced: AnnouncedAddresses;
  readonly workerBin: string | undefined;
  readonly logger: Logger;
  /** A worker died, with all media on it; the others, and soon its successor, can take over. */
  readonly onDeath: (worker: MediaWorker) => void;
}

/** The worker processes of a node, each started again when it dies or hangs. */
export class Workers {
  readonly #options: WorkerOptions;
  readonly #workers: (MediaWorker | undefined)[];
  readonly #timer: NodeJS.Timeout;
  #waiting: (() => void)[] = [];
  #isStopping = false;
  #isClosed = false;
  /** Why a worker could not be started again, for as long as that does not change. */
  #told: string | undefined;

  private constructor(options: WorkerOptions) {
    this.#options = options;
    this.#workers = Array.from({ length: options.count });
    this.#timer = setInterval(() => this.#watch(), WATCH_MS);
    this.#timer.unref();
  }

  /** @throws {Error} when one cannot start, or cannot have its port */
  static async start(options: WorkerOptions): Promise<Workers> {
    const workers = new Workers(options);
    try {
      for (let index = 0; index < options.count; index++) await workers.#start(index);
    } catch (error) {
      workers.close();
      throw error;
    }
    return workers;
  }

  /** The workers that run. */
  get alive(): MediaWorker[] {
    return this.#workers.filter((worker) => worker !== undefined);
  }

  /** The worker with the least load; waits while none runs. */
  async leastLoaded(): Promise<MediaWorker> {
    for (;;) {
      const [first] = this.alive.toSorted((one, other) => loadOf(one) - loadOf(other));
      if (first) return first;
      if (this.#isClosed) throw new Error("The workers are closed.");
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /**
   * This process stops. A Ctrl+C, or a service manager, signals the workers as well, and they end at once: that is no
   * fault, and new ones serve those who are still there.
   */
  stopping(): void {
    this.#isStopping = true;
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#options.announced[Symbol.dispose]();
    for (const { worker } of this.alive) worker.close();
    this.#workers.fill(undefined);
    this.#wake();
  }

  async #start(index: number): Promise<void> {
    const { port, announced, workerBin } = this.#options;
    const worker = await startWorker(workerBin);
    try {
      const webRtcServer = await openWebRtcServer(worker, announced, port === 0 ? 0 : port + index);
      if (this.#isClosed) throw new Error("The workers are closed.");
      const entry: MediaWorker = { index, worker, webRtcServer, announced, consumers: 0, peers: 0 };
      worker.once("died", (error) => this.#died(entry, error));
      this.#workers[index] = entry;
      this.#told = undefined;
      this.#wake();
    } catch (error) {
      worker.close();
      throw error;
    }
  }

  #died(entry: MediaWorker, error: Error): void {
    const { logger, onDeath } = this.#options;
    if (this.#isClosed) return;
    const { pid } = entry.worker;
    if (this.#isStopping && wasAskedToEnd(error)) logger.info({ pid }, "a media worker ended by the signal to stop");
    else logger.error({ err: error, pid }, "a media worker died");
    this.#workers[entry.index] = undefined;
    this.#restart(entry.index);
    onDeath(entry);
  }

  #restart(index: number): void {
    this.#start(index).catch((error: unknown) => {
      if (this.#isClosed) return;
      const why = String(error);
      if (why !== this.#told) {
        this.#options.logger.error({ err: error }, "a media worker could not be started again; retrying");
      }
      this.#told = why;
      setTimeout(() => !this.#isClosed && this.#restart(index), RESTART_MS).unref();
    });
  }

  /** Kills workers that hang: their death is then noticed like any other. */
  #watch(): void {
    for (const { worker } of this.alive) {
      const kill = (): void => {
        this.#options.logger.error({ pid: worker.pid }, "a media worker hangs; it is killed");
        process.kill(worker.pid, "SIGKILL");
      };
      // If this process itself was frozen, the answer is still unread: wait a little longer.
      let timer = setTimeout(() => {
        timer = setTimeout(kill, GRACE_MS).unref();
      }, ANSWER_MS).unref();
      const answered = (): void => clearTimeout(timer);
      worker.getResourceUsage().then(answered, answered);
    }
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

/** mediasoup tells a worker's exit code only in the text of its error. A worker exits by itself only at a signal. */
const wasAskedToEnd = ({ message }: Error): boolean => /\bcode:0\b/.test(message);

export const createRouter = ({ worker }: MediaWorker): Promise<types.Router> =>
  worker.createRouter({ mediaCodecs: MEDIA_CODECS });
