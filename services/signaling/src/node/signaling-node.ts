import type { Bus, Subscription } from "@radist-tech/bus";
import { screenCredentials } from "@radist-tech/calls";
import type { Connection } from "@radist-tech/db";
import { type CallSnapshot, ERRORS, type NodeId, type PeerId } from "@radist-tech/protocol";
import { Control, SUBJECTS } from "@radist-tech/protocol/bus";
import { aborted, handOverEvenly, holdLease, type Logger, Superseded, startChores } from "@radist-tech/runtime";
import { Entrance, IceIssuer, Keepalive, missingServersNotice } from "@radist-tech/sockets";
import { keepCheckpoints, lostSessions, type PresentPeer, SessionComparison } from "@radist-tech/usage";
import type { Registry } from "prom-client";
import { callChores } from "../calls/chores.ts";
import { Departures } from "../calls/departures.ts";
import { EventFanout } from "../calls/event-fanout.ts";
import { Reconciler } from "../calls/reconciler.ts";
import { SocketlessPeers } from "../calls/socketless-peers.ts";
import { Takeover } from "../calls/takeover.ts";
import type { Limits } from "../config.ts";
import { SignalRouter } from "../signals/signal-router.ts";
import { Admission } from "../socket/admission.ts";
import type { AttachedPeer } from "../socket/attached-peer.ts";
import { AttachedPeers } from "../socket/attached-peers.ts";
import { type ConnectionRequest, readConnectionRequest } from "../socket/connection-request.ts";
import type { NodeContext } from "./context.ts";
import { createMetrics } from "./metrics.ts";

/** How often every attached peer is compared with the database, milliseconds: catches what was missed silently. */
const COMPARE_MS = 30_000;
const WATCH_MS = 500;

/** How long closing waits for sockets that are being admitted, milliseconds. */
const CLOSE_MS = 3_000;

export interface NodeOptions {
  readonly connection: Connection;
  readonly bus: Bus;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly nodeId: NodeId;
  readonly limits: Limits;
}

/** One signaling process: its parts, how they are wired, and how it shuts down. */
export class SignalingNode {
  readonly context: NodeContext;
  readonly entrance: Entrance<ConnectionRequest>;
  readonly #reconciler: Reconciler;
  readonly #fanout: EventFanout;
  readonly #departures: Departures;
  readonly #takeover: Takeover;
  readonly #router: SignalRouter;
  readonly #keepalive: Keepalive;
  readonly #socketlessPeers: SocketlessPeers;
  readonly #sessions: SessionComparison;
  readonly #chores: AsyncDisposable;
  readonly #checkpoints: AsyncDisposable;
  readonly #timers: NodeJS.Timeout[];
  readonly #failed = Promise.withResolvers<Error>();
  readonly #endings: (() => unknown)[] = [];
  #inTouchAt = performance.now();
  #closing: Promise<void> | undefined;

  constructor({ connection, bus, logger, registry, nodeId, limits }: NodeOptions) {
    const attachedPeers = new AttachedPeers();
    const lease = holdLease({
      connection,
      nodeId,
      service: "signaling",
      logger,
      times: { leaseMs: limits.LEASE_MS, renewMs: limits.LEASE_RENEW_MS },
      onLapse: () => this.#reconciler.reconcileAll(),
      onSuperseded: () => {
        this.#closeAll();
        this.#failed.resolve(new Superseded(nodeId));
      },
    });
    const metrics = createMetrics(registry, () => attachedPeers.size);
    const ice = new IceIssuer(limits, () => attachedPeers.wanting("ice"));
    this.context = { connection, bus, lease, logger, limits, attachedPeers, metrics, ice };
    this.#reconciler = new Reconciler(this.context, (...attached) => this.#detach(...attached));
    this.#fanout = new EventFanout(this.context, this.#reconciler);
    this.#router = new SignalRouter(this.context);
    this.#departures = new Departures(this.context, this.#fanout, this.#router);
    this.#takeover = new Takeover(this.context, this.#router);
    this.#keepalive = new Keepalive({ pingIntervalMs: limits.PING_INTERVAL_MS, timeoutMs: limits.SOCKET_TIMEOUT_MS });
    this.#socketlessPeers = new SocketlessPeers(this.context, this.#departures);
    this.#sessions = new SessionComparison({
      connection,
      lease,
      logger,
      has: ({ peerId }) => this.#has(peerId as PeerId),
    });
    const chores = [...callChores(this.context, this.#fanout), lostSessions(connection, lease)];
    this.#chores = startChores({ connection, nodeId, logger, registry }, chores);
    this.#checkpoints = keepCheckpoints({
      connection,
      lease,
      logger,
      peers: () => this.#present(),
      everyMs: limits.CHECKPOINT_MS,
      ask: (withinMs) => void this.#keepalive.ask(withinMs),
      onFenced: (count) => metrics.fenced.inc(count),
    });
    const admission = new Admission(this.context, {
      fanout: this.#fanout,
      departures: this.#departures,
      reconciler: this.#reconciler,
      takeover: this.#takeover,
      router: this.#router,
      keepalive: this.#keepalive,
    });
    this.entrance = new Entrance({
      connection,
      lease,
      logger,
      settings: limits,
      onClient: missingServersNotice(ice, logger),
      onRefusal: (code) => metrics.refusals.inc({ code }),
      read: readConnectionRequest,
      screen: (requests) => screenCredentials(connection, requests),
      admit: (...request) => admission.admit(...request),
    });
    this.#timers = [
      setInterval(() => this.#compareAll(), COMPARE_MS),
      setInterval(() => void this.#compareRows(), limits.COMPARE_ROWS_MS),
      setInterval(() => this.#watch(), WATCH_MS),
    ];
    for (const timer of this.#timers) timer.unref();
  }

  /** Subscribes on the bus; resolves when others can reach this node. */
  async listen(): Promise<void> {
    const { bus, lease } = this.context;
    const subscriptions: Subscription[] = await Promise.all([
      bus.subscribe(SUBJECTS.callEvents(lease.nodeId), (data) => this.#fanout.handle(data)),
      bus.subscribe(SUBJECTS.control, (data) => this.#control(data)),
      bus.respond(SUBJECTS.signals(lease.nodeId), (data) => this.#router.handle(data)),
      bus.respond(SUBJECTS.releases(lease.nodeId), (data) => this.#takeover.handle(data)),
    ]);
    this.#endings.push(...subscriptions.map((subscription) => () => subscription.unsubscribe()));
    this.#endings.push(
      bus.onStatus((connected) => {
        if (!connected) return;
        this.#fanout.resend();
        this.#compareAll();
      }),
    );
  }

  /** Tells the sockets to reconnect elsewhere, evenly over the time available, and stores that they are gone. */
  async drain(deadline: AbortSignal): Promise<void> {
    const { limits, logger } = this.context;
    const entered = this.entrance.close(deadline);
    const handOvers = [...this.context.attachedPeers].map((attached) => () => this.#sendElsewhere(attached));
    await handOverEvenly(handOvers, {
      drainMs: limits.DRAIN_MS,
      deadline,
      onError: (error) => logger.error({ err: error }, "a peer could not be handed over"),
    });
    await entered;
    this.#closeAll();
    await Promise.race([this.#departures.settled(), aborted(deadline)]);
  }

  /** Resolves with the reason when this node cannot go on. */
  get failed(): Promise<Error> {
    return this.#failed.promise;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#closeAll();
    await this.entrance.close(AbortSignal.timeout(CLOSE_MS));
    this.#keepalive.close();
    this.context.ice.close();
    this.#closeAll();
    await this.#chores[Symbol.asyncDispose]();
    await this.#checkpoints[Symbol.asyncDispose]();
    this.#departures.close();
    await this.#departures.settled();
    await Promise.all(this.#endings.map((end) => end()));
    await this.context.lease.close();
  }

  /** The peers that this node has heard, for the ledger. */
  *#present(): Iterable<PresentPeer> {
    for (const { callId, peerId, silentMs } of this.context.attachedPeers) {
      if (Number.isFinite(silentMs)) yield { subjectId: callId, peerId, agoMs: silentMs };
    }
  }

  #control(data: Uint8Array): void {
    const control = Control.parse(JSON.parse(Buffer.from(data).toString()));
    const { attachedPeers } = this.context;
    attachedPeers.doubtAdmissions();
    switch (control.type) {
      case "call_ended":
        for (const attached of attachedPeers.ofCall(control.callId)) this.#reconciler.reconcile(attached);
        return;
      case "project_deleted":
        for (const attached of attachedPeers.ofProject(control.projectId)) this.#reconciler.reconcile(attached);
        return;
    }
  }

  #compareAll(): void {
    this.#reconciler
      .reconcileAll()
      .catch((error: unknown) => this.context.logger.warn({ err: error }, "peers were not compared with the database"));
  }

  /** The other way round: what the database says is here. */
  async #compareRows(): Promise<void> {
    const { lease, logger } = this.context;
    if (!lease.holds() || !lease.isTrusted()) return;
    try {
      await this.#socketlessPeers.compare();
      await this.#sessions.compare();
    } catch (error) {
      logger.warn({ err: error }, "the rows of this node were not compared with its sockets");
    }
  }

  #has(peerId: PeerId): boolean {
    const { attachedPeers } = this.context;
    return (
      attachedPeers.get(peerId) !== undefined ||
      attachedPeers.isAdmitting(peerId) ||
      this.#departures.areStoring(peerId)
    );
  }

  /** When it is cut off from both database and bus for longer than the lease, others may have claimed its peers. */
  #watch(): void {
    const { lease, bus, attachedPeers, logger, limits } = this.context;
    const now = performance.now();
    if (lease.holds() || bus.connected) this.#inTouchAt = now;
    if (now - this.#inTouchAt < limits.LEASE_MS || attachedPeers.size === 0) return;
    logger.error(
      { nodeId: lease.nodeId, peers: attachedPeers.size },
      "cut off from database and bus: closing all sockets",
    );
    this.#closeAll();
  }

  #closeAll(): void {
    for (const attached of this.context.attachedPeers) this.#sendElsewhere(attached);
  }

  /** The client reconnects, here or elsewhere. */
  #sendElsewhere(attached: AttachedPeer): void {
    if (!this.context.attachedPeers.remove(attached)) return;
    attached.socket.refuse("unavailable", ERRORS.unavailable.close);
    this.#departures.lose(attached, attached.takeUnconfirmed());
  }

  /** Another claim came after this one: what its socket may have missed is delivered to wherever the peer is now. */
  #detach(attached: AttachedPeer, takenOverIn?: CallSnapshot): void {
    const { attachedPeers, metrics, logger } = this.context;
    if (!attachedPeers.remove(attached)) return;
    metrics.fenced.inc();
    const { callId, peerId, epoch } = attached;
    logger.warn({ callId, peerId, epoch }, "a peer was claimed elsewhere");
    if (takenOverIn) attached.release("superseded", takenOverIn);
    else attached.socket.refuse("unavailable", ERRORS.unavailable.close);
    this.#router
      .redeliver(attached, attached.takeUnconfirmed())
      .catch((error: unknown) => logger.error({ err: error, callId, peerId }, "signals were lost with their socket"));
  }
}
