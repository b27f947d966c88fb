import type { NatsConnection } from "@nats-io/transport-node";
import { connect } from "@nats-io/transport-node";
import { BusUnavailable } from "./errors.ts";
import type { BusLogger } from "./logger.ts";
import type { NatsAddress } from "./nats-url.ts";
import { backoffMs, pause } from "./pause.ts";
import { Status } from "./status.ts";

const HANDSHAKE_MS = 5_000;
const DRAIN_MS = 3_000;
const REDIAL_BASE_MS = 100;
const REDIAL_CAP_MS = 2_000;

export interface LinkOptions {
  readonly address: NatsAddress;
  readonly name: string;
  readonly logger: BusLogger;
  /** A server that leaves two pings unanswered is taken for lost, after about three intervals. */
  readonly pingIntervalMs: number;
  /** Makes subscriptions anew on a fresh connection, before it is called connected. */
  readonly restore: (connection: NatsConnection) => void;
}

/**
 * Keeps one connection to NATS, dialling for as long as it is open, with delays that grow to two seconds.
 *
 * The client's own reconnect is off on purpose: it buffers what is published meanwhile, drops that buffer unsaid at
 * the next dial, and leaves requests to their deadline. Here a lost connection is over, all that waited for it fails
 * at once, and the next one begins from what {@link LinkOptions.restore} knows.
 */
export class NatsLink {
  readonly status: Status;
  readonly #options: LinkOptions;
  readonly #closing = new AbortController();
  readonly #trips = new Set<(error: Error) => void>();
  readonly #dialled = Promise.withResolvers<void>();
  #connection: NatsConnection | undefined;
  #lastFailure: string | undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.status = new Status(false, options.logger);
    void this.#stayConnected();
  }

  /** Resolves when the first attempt has ended, whether it succeeded or not. */
  get dialled(): Promise<void> {
    return this.#dialled.promise;
  }

  /** The connection, which may still be restoring its subscriptions. */
  get connection(): NatsConnection | undefined {
    return this.#connection;
  }

  /** @throws {BusUnavailable} unless connected */
  get connected(): NatsConnection {
    if (this.#closing.signal.aborted) throw new BusUnavailable("The message bus is closed.");
    if (!this.#connection || !this.status.connected) throw new BusUnavailable();
    return this.#connection;
  }

  get closed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Resolves when the server has taken all that was sent so far; rejects when the connection is lost before. */
  async roundTrip(connection: NatsConnection): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // The client leaves a flush pending for ever when its connection closes.
    this.#trips.add(reject);
    connection.flush().then(resolve, reject);
    try {
      await promise;
    } finally {
      this.#trips.delete(reject);
    }
  }

  /** Sends what is under way, within a bound, and disconnects. */
  async close(): Promise<void> {
    this.#closing.abort();
    const connection = this.#connection;
    if (!connection) return;
    const drained = new AbortController();
    const draining = this.roundTrip(connection)
      .catch((err) => this.#options.logger.warn({ err }, "the bus was lost while it closed"))
      .finally(() => drained.abort());
    await Promise.race([draining, pause(DRAIN_MS, drained.signal)]);
    await connection.close();
    this.#lost();
  }

  async #stayConnected(): Promise<void> {
    for (let failures = 0; !this.closed; failures += 1) {
      try {
        const connection = await this.#dial();
        failures = 0;
        await this.#hold(connection);
      } catch (error) {
        this.#sayFailure(error);
      }
      this.#dialled.resolve();
      await pause(backoffMs(failures, REDIAL_BASE_MS, REDIAL_CAP_MS), this.#closing.signal);
    }
  }

  #dial(): Promise<NatsConnection> {
    const { address, name, pingIntervalMs } = this.#options;
    return connect({
      ...address,
      name,
      pingInterval: pingIntervalMs,
      maxPingOut: 2,
      timeout: HANDSHAKE_MS,
      reconnect: false,
      noAsyncTraces: true,
    });
  }

  /** Lives as long as the connection. */
  async #hold(connection: NatsConnection): Promise<void> {
    if (this.closed) return connection.close();
    const { restore, logger } = this.#options;
    this.#connection = connection;
    void this.#watch(connection);
    const over = connection.closed();
    try {
      restore(connection);
      void this.roundTrip(connection).then(
        () => this.#restored(connection),
        // Lost before it was of use; the loop goes on from `over`.
        () => undefined,
      );
      const error = await over;
      if (!this.closed) logger.warn({ err: error, server: connection.getServer() }, "the bus is disconnected");
    } finally {
      await connection.close();
      this.#lost();
    }
  }

  #restored(connection: NatsConnection): void {
    if (this.#connection !== connection || this.closed) return;
    this.#lastFailure = undefined;
    this.status.set(true);
    this.#options.logger.info({ server: connection.getServer() }, "the bus is connected");
    this.#dialled.resolve();
  }

  #lost(): void {
    this.#connection = undefined;
    this.status.set(false);
    for (const reject of this.#trips) reject(new BusUnavailable("The connection to the message bus was lost."));
  }

  async #watch(connection: NatsConnection): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === "error")
        this.#options.logger.error({ err: status.error }, "the NATS server refused something");
      // The client would first wait until its socket has taken all, which that of a frozen server never does.
      if (status.type === "staleConnection") void connection.close();
    }
  }

  /** Once for each reason in a row, not once for each attempt. */
  #sayFailure(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    if (reason === this.#lastFailure || this.closed) return;
    this.#lastFailure = reason;
    const { logger, address } = this.#options;
    logger.warn({ err: error, servers: address.servers }, "the bus cannot connect, and keeps trying");
  }
}
