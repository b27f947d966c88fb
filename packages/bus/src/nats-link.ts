import type { NatsConnection } from "@nats-io/transport-node";
import { connect } from "@nats-io/transport-node";
import { backoffMs, pause } from "@radist-tech/protocol/timing";
import { BusUnavailable } from "./errors.ts";
import type { BusLogger } from "./logger.ts";
import type { NatsAddress } from "./nats-url.ts";
import { Status } from "./status.ts";

const HANDSHAKE_MS = 5_000;
const DRAIN_MS = 3_000;
const REDIAL = { firstMs: 200, longestMs: 2_000 };

export interface LinkOptions {
  readonly address: NatsAddress;
  readonly name: string;
  readonly logger: BusLogger;
  /** A server that leaves two pings unanswered counts as lost, after about three intervals. */
  readonly pingIntervalMs: number;
  /** Restores the subscriptions on a new connection, before it counts as connected. */
  readonly restore: (connection: NatsConnection) => void;
}

/**
 * Keeps one connection to NATS, dialling for as long as it is open, with delays that grow to two seconds.
 *
 * The client's own reconnect is disabled on purpose: it buffers what is published during the outage, silently drops that
 * buffer at the next dial, and leaves requests to their deadline. Here a lost connection is discarded, everything that
 * waited for it fails at once, and the next one starts with what {@link LinkOptions.restore} subscribes.
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
    // The client leaves a flush pending forever when its connection closes.
    this.#trips.add(reject);
    connection.flush().then(resolve, reject);
    try {
      await promise;
    } finally {
      this.#trips.delete(reject);
    }
  }

  /** Sends what is pending, within a time limit, and disconnects. */
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
      await pause(backoffMs(failures, REDIAL), this.#closing.signal);
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
        // Lost before it could be used; the loop continues from `over`.
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
      // The client would first wait until its socket has sent everything, which never happens with a frozen server.
      if (status.type === "staleConnection") void connection.close();
    }
  }

  /** Logs each reason once in a row, not every attempt. */
  #sayFailure(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    if (reason === this.#lastFailure || this.closed) return;
    this.#lastFailure = reason;
    const { logger, address } = this.#options;
    logger.warn({ err: error, servers: address.servers }, "the bus cannot connect, and keeps trying");
  }
}
