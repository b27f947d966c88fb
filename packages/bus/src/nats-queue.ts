import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { backoffMs, pause } from "@radist-tech/protocol/timing";
import type { BusLogger } from "./logger.ts";
import { readDeadLetters } from "./nats-dead-letters.ts";
import { NatsDelivery } from "./nats-delivery.ts";
import { fromJetStream } from "./nats-errors.ts";
import type { NatsLink } from "./nats-link.ts";
import { pull } from "./nats-pull.ts";
import type { QueueNames } from "./nats-stream.ts";
import { prepareQueue, queueNames } from "./nats-stream.ts";
import { assertSize } from "./size.ts";
import type { JobHandler, QueueSettings, Worker, WorkerOptions, WorkQueue } from "./work-queue.ts";
import { assertJobId } from "./work-queue.ts";
import type { Delivery, JobSource } from "./worker.ts";
import { startWorker } from "./worker.ts";

const ANSWER_MS = 5_000;
const RETRY_BASE_MS = 500;
const RETRY_CAP_MS = 5_000;

export interface NatsQueueOptions {
  readonly link: NatsLink;
  readonly prefix: string;
  readonly name: string;
  readonly settings: QueueSettings;
  readonly logger: BusLogger;
}

/** Jobs in a JetStream stream with work-queue retention, behind one durable consumer that all workers share. */
export class NatsQueue implements WorkQueue, JobSource {
  readonly name: string;
  readonly settings: QueueSettings;
  readonly logger: BusLogger;
  readonly #link: NatsLink;
  readonly #names: QueueNames;
  readonly #workers = new Set<Worker>();
  /** The connections on which the queue is known to be there. */
  readonly #prepared = new WeakMap<NatsConnection, Promise<void>>();

  constructor({ link, prefix, name, settings, logger }: NatsQueueOptions) {
    this.name = name;
    this.settings = settings;
    this.logger = logger;
    this.#link = link;
    this.#names = queueNames(prefix, name);
  }

  /** Makes the queue at the server, if there is one now; else its first use does. */
  async prepare(): Promise<void> {
    if (this.#link.status.connected) await this.#ask(async () => undefined);
  }

  async enqueue(data: Uint8Array, { id }: { id?: string } = {}): Promise<void> {
    if (id !== undefined) assertJobId(id);
    const bytes = new Uint8Array(data);
    await this.#ask(async (connection) => {
      assertSize(bytes, connection.info?.max_payload);
      const { subject, stream } = this.#names;
      const options = { timeout: ANSWER_MS, expect: { streamName: stream }, ...(id !== undefined && { msgID: id }) };
      await jetstream(connection).publish(subject, bytes, options);
    });
  }

  async work(handler: JobHandler, options?: WorkerOptions): Promise<Worker> {
    const worker = startWorker(this, handler, options);
    this.#workers.add(worker);
    return worker;
  }

  depth(): Promise<number> {
    return this.#ask(async (connection) => {
      const jsm = await jetstreamManager(connection, { checkAPI: false, timeout: ANSWER_MS });
      return (await jsm.streams.info(this.#names.stream)).state.messages;
    });
  }

  deadLetters({ limit = 100 }: { limit?: number } = {}) {
    return this.#ask(async (connection) => {
      const jsm = await jetstreamManager(connection, { checkAPI: false, timeout: ANSWER_MS });
      return readDeadLetters(jsm, this.#names.deadStream, limit);
    });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#workers].map((worker) => worker.stop()));
  }

  async next(stopping: AbortSignal): Promise<Delivery | undefined> {
    for (let failures = 0; !stopping.aborted; ) {
      const connection = await this.#link.whenConnected(stopping);
      if (!connection) return undefined;
      try {
        await this.#prepare(connection);
        const message = await pull(connection, this.#names, stopping);
        failures = 0;
        if (!message) continue;
        const delivery = new NatsDelivery(message, this.#link, this.#names);
        if (!stopping.aborted) return delivery;
        await delivery.again(0);
      } catch (err) {
        this.#prepared.delete(connection);
        if (stopping.aborted || connection.isClosed()) continue;
        this.logger.warn({ err, queue: this.name }, "a worker cannot take jobs, and keeps trying");
        await pause(backoffMs(failures, { firstMs: RETRY_BASE_MS, longestMs: RETRY_CAP_MS }), stopping);
        failures += 1;
      }
    }
    return undefined;
  }

  /** Asks JetStream, once the queue is there; a failure may mean that it is gone, so the next time it is made anew. */
  async #ask<T>(question: (connection: NatsConnection) => Promise<T>): Promise<T> {
    const connection = this.#link.connected;
    try {
      await this.#prepare(connection);
      return await question(connection);
    } catch (error) {
      this.#prepared.delete(connection);
      throw fromJetStream(error, this.name, ANSWER_MS);
    }
  }

  #prepare(connection: NatsConnection): Promise<void> {
    const known = this.#prepared.get(connection);
    if (known) return known;
    const preparing = (async () => {
      const jsm = await jetstreamManager(connection, { checkAPI: false, timeout: ANSWER_MS });
      await prepareQueue(jsm, this.#names, this.settings);
    })();
    this.#prepared.set(connection, preparing);
    return preparing;
  }
}
