import type { Bus, Subscription } from "@radist-tech/bus";
import type { Connection } from "@radist-tech/db";
import { type CallSnapshot, ERRORS, type NodeId } from "@radist-tech/protocol";
import { Control, SUBJECTS } from "@radist-tech/protocol/bus";
import { aborted, holdLease, type Logger } from "@radist-tech/runtime";
import { Entrance, Keepalive } from "@radist-tech/sockets";
import { keepCheckpoints, type PresentPeer } from "@radist-tech/usage";
import type { Registry } from "prom-client";
import { Catching } from "../calls/catching.ts";
import { Departing } from "../calls/departing.ts";
import { Releasing } from "../calls/releasing.ts";
import { Sweeping } from "../calls/sweeping.ts";
import { Telling } from "../calls/telling.ts";
import type { Limits } from "../config.ts";
import { Routing } from "../signals/routing.ts";
import { Admission } from "../socket/admission.ts";
import { type ConnectionRequest, readConnectionRequest } from "../socket/connection-request.ts";
import type { Seat } from "../socket/seat.ts";
import { Seats } from "../socket/seats.ts";
import type { NodeContext } from "./context.ts";
import { createMetrics } from "./metrics.ts";

/** How often every seat is compared with the database, milliseconds: for what was missed without a trace. */
const COMPARE_MS = 30_000;
const WATCH_MS = 500;

export interface NodeOptions {
  readonly connection: Connection;
  readonly bus: Bus;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly nodeId: NodeId;
  readonly limits: Limits;
}

/** One signaling process: its parts, how they hear of each other, and how it lets go. */
export class SignalingNode {
  readonly context: NodeContext;
  readonly entrance: Entrance<ConnectionRequest>;
  readonly #catching: Catching;
  readonly #telling: Telling;
  readonly #departing: Departing;
  readonly #releasing: Releasing;
  readonly #routing: Routing;
  readonly #keepalive: Keepalive;
  readonly #sweeping: Sweeping;
  readonly #checkpoints: AsyncDisposable;
  readonly #timers: NodeJS.Timeout[];
  readonly #endings: (() => unknown)[] = [];
  #inTouchAt = performance.now();
  #closing: Promise<void> | undefined;

  constructor({ connection, bus, logger, registry, nodeId, limits }: NodeOptions) {
    const seats = new Seats();
    const lease = holdLease({
      connection,
      nodeId,
      service: "signaling",
      logger,
      times: { leaseMs: limits.LEASE_MS, renewMs: limits.LEASE_RENEW_MS },
      onLapse: () => this.#catching.all(),
      onSuperseded: () => this.#closeAll(),
    });
    const metrics = createMetrics(registry, () => seats.size);
    this.context = { connection, bus, lease, logger, limits, seats, metrics };
    this.#catching = new Catching(this.context, (...seat) => this.#letGo(...seat));
    this.#telling = new Telling(this.context, this.#catching);
    this.#routing = new Routing(this.context);
    this.#departing = new Departing(this.context, this.#telling, this.#routing);
    this.#releasing = new Releasing(this.context, this.#routing);
    this.#keepalive = new Keepalive({ pingIntervalMs: limits.PING_INTERVAL_MS, timeoutMs: limits.SOCKET_TIMEOUT_MS });
    this.#sweeping = new Sweeping(this.context, this.#departing);
    this.#checkpoints = keepCheckpoints({
      connection,
      lease,
      logger,
      peers: () => this.#present(),
      everyMs: limits.CHECKPOINT_MS,
      ask: () => this.#keepalive.ask(),
      onFenced: (count) => metrics.fenced.inc(count),
    });
    const admission = new Admission(this.context, {
      telling: this.#telling,
      departing: this.#departing,
      catching: this.#catching,
      releasing: this.#releasing,
      routing: this.#routing,
      keepalive: this.#keepalive,
    });
    this.entrance = new Entrance({
      connection,
      lease,
      logger,
      trustedProxies: limits.TRUSTED_PROXIES,
      read: readConnectionRequest,
      admit: (...request) => admission.admit(...request),
    });
    this.#timers = [setInterval(() => this.#compareAll(), COMPARE_MS), setInterval(() => this.#watch(), WATCH_MS)];
    for (const timer of this.#timers) timer.unref();
  }

  /** Listens on the bus; resolves when others can reach this node. */
  async listen(): Promise<void> {
    const { bus, lease } = this.context;
    const subscriptions: Subscription[] = await Promise.all([
      bus.subscribe(SUBJECTS.callEvents(lease.nodeId), (data) => this.#telling.receive(data)),
      bus.subscribe(SUBJECTS.control, (data) => this.#control(data)),
      bus.respond(SUBJECTS.signals(lease.nodeId), (data) => this.#routing.receive(data)),
      bus.respond(SUBJECTS.releases(lease.nodeId), (data) => this.#releasing.receive(data)),
    ]);
    this.#endings.push(...subscriptions.map((subscription) => () => subscription.unsubscribe()));
    this.#endings.push(
      bus.onStatus((connected) => {
        if (!connected) return;
        this.#telling.retell();
        this.#compareAll();
      }),
    );
  }

  /** Tells the sockets to go elsewhere, spread over the time that there is, and stores that they are gone. */
  async drain(deadline: AbortSignal): Promise<void> {
    const entered = this.entrance.close();
    const seats = [...this.context.seats];
    const spreadMs = Math.min(this.context.limits.DRAIN_MS * 0.7, seats.length * 5);
    await Promise.all(
      seats.map(async (seat, index) => {
        await pause((spreadMs * index) / seats.length, deadline);
        this.#sendElsewhere(seat);
      }),
    );
    await Promise.race([entered, aborted(deadline)]);
    this.#closeAll();
    await Promise.race([this.#departing.settled(), aborted(deadline)]);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#closeAll();
    await this.entrance.close();
    this.#keepalive.close();
    this.#closeAll();
    await this.#sweeping.close();
    await this.#checkpoints[Symbol.asyncDispose]();
    this.#departing.close();
    await this.#departing.settled();
    await Promise.all(this.#endings.map((end) => end()));
    await this.context.lease.close();
  }

  /** Those of whom this node has heard, for the ledger. */
  *#present(): Iterable<PresentPeer> {
    for (const { callId, peerId, silentMs } of this.context.seats) {
      if (Number.isFinite(silentMs)) yield { subjectId: callId, peerId, agoMs: silentMs };
    }
  }

  #control(data: Uint8Array): void {
    const control = Control.parse(JSON.parse(Buffer.from(data).toString()));
    const { seats } = this.context;
    seats.doubtAdmissions();
    switch (control.type) {
      case "call_ended":
        for (const seat of seats.ofCall(control.callId)) this.#catching.catchUp(seat);
        return;
      case "project_deleted":
        for (const seat of seats.ofProject(control.projectId)) this.#catching.catchUp(seat);
        return;
    }
  }

  #compareAll(): void {
    this.#catching.all().catch((error: unknown) => this.context.logger.warn({ err: error }, "seats were not compared"));
  }

  /** Cut off from the database and the bus for longer than the lease, others may have claimed what is here. */
  #watch(): void {
    const { lease, bus, seats, logger, limits } = this.context;
    const now = performance.now();
    if (lease.holds() || bus.connected) this.#inTouchAt = now;
    if (now - this.#inTouchAt < limits.LEASE_MS || seats.size === 0) return;
    logger.error({ nodeId: lease.nodeId, peers: seats.size }, "cut off from database and bus: letting go of all peers");
    this.#closeAll();
  }

  #closeAll(): void {
    for (const seat of this.context.seats) this.#sendElsewhere(seat);
  }

  /** The client comes back, here or elsewhere. */
  #sendElsewhere(seat: Seat): void {
    if (!this.context.seats.remove(seat)) return;
    seat.socket.refuse("unavailable", ERRORS.unavailable.close);
    this.#departing.lost(seat, seat.takeUnconfirmed());
  }

  /** Another claim came after this one: what it may have missed is brought to wherever the peer is now. */
  #letGo(seat: Seat, takenOverIn?: CallSnapshot): void {
    const { seats, metrics, logger } = this.context;
    if (!seats.remove(seat)) return;
    metrics.fenced.inc();
    const { callId, peerId, epoch } = seat;
    logger.warn({ callId, peerId, epoch }, "a peer was claimed elsewhere");
    if (takenOverIn) seat.release("superseded", takenOverIn);
    else seat.socket.refuse("unavailable", ERRORS.unavailable.close);
    this.#routing
      .redeliver(seat, seat.takeUnconfirmed())
      .catch((error: unknown) => logger.error({ err: error, callId, peerId }, "signals were lost with their socket"));
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return Promise.race([new Promise<void>((resolve) => setTimeout(resolve, ms)), aborted(signal)]);
}
