import type { Bus, Subscription } from "@radist-tech/bus";
import type { Connection } from "@radist-tech/db";
import { type NodeId, type PeerId, Refusal, type RoomId } from "@radist-tech/protocol";
import { RoomControl, SFU_SUBJECTS } from "@radist-tech/protocol/bus";
import { roomChores, screenCredentials } from "@radist-tech/rooms";
import {
  aborted,
  handOverEvenly,
  holdLease,
  interleave,
  type Logger,
  Superseded,
  startChores,
} from "@radist-tech/runtime";
import { Entrance, IceIssuer, Keepalive, missingServersNotice } from "@radist-tech/sockets";
import { keepCheckpoints, lostSessions, type PresentPeer, SessionComparison } from "@radist-tech/usage";
import type { Registry } from "prom-client";
import type { Limits } from "../config.ts";
import { RoomDirectory } from "../entry/room-directory.ts";
import { Homes } from "../home/homes.ts";
import { RowComparison } from "../home/row-comparison.ts";
import { TrackJournal } from "../home/track-journal.ts";
import { AnnouncedAddresses } from "../media/announced-addresses.ts";
import { Workers } from "../media/workers.ts";
import { RemoteHomes } from "../relay/remote-homes.ts";
import { RemotePeers } from "../relay/remote-peers.ts";
import { type RoomRequest, readRoomRequest } from "../socket/connection-request.ts";
import { BitrateSurvey } from "./bitrate-survey.ts";
import { census, cpu } from "./census.ts";
import { announce, type NodeContext } from "./context.ts";
import { createMetrics } from "./metrics.ts";
import { NodeWatch } from "./node-watch.ts";

/** How often every room is compared with the database, milliseconds: for what was missed without a trace. */
const COMPARE_MS = 30_000;
const WATCH_MS = 500;

/** How long closing waits for sockets that are being admitted, and for what is being stored, milliseconds. */
const CLOSE_MS = 3_000;

export interface SfuNodeOptions {
  readonly connection: Connection;
  readonly bus: Bus;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly nodeId: NodeId;
  readonly limits: Limits;
}

/** One sfu process: its parts, how they are connected, and how it stops. */
export class SfuNode {
  readonly context: NodeContext;
  readonly entrance: Entrance<RoomRequest>;
  readonly #homes: Homes;
  readonly #remoteHomes: RemoteHomes;
  readonly #remotePeers: RemotePeers;
  readonly #keepalive: Keepalive;
  readonly #rows: RowComparison;
  readonly #sessions: SessionComparison;
  readonly #nodeWatch: NodeWatch;
  readonly #chores: AsyncDisposable;
  readonly #checkpoints: AsyncDisposable;
  readonly #timers: NodeJS.Timeout[];
  readonly #failed = Promise.withResolvers<Error>();
  readonly #endings: (() => unknown)[] = [];
  #workers: Workers | undefined;
  #inTouchAt = performance.now();
  #closing: Promise<void> | undefined;

  constructor({ connection, bus, logger, registry, nodeId, limits }: SfuNodeOptions) {
    const lease = holdLease({
      connection,
      nodeId,
      service: "sfu",
      logger,
      times: { leaseMs: limits.LEASE_MS, renewMs: limits.LEASE_RENEW_MS },
      onLapse: () => this.#compareAll(),
      onSuperseded: () => {
        this.#letGo();
        this.#failed.resolve(new Superseded(nodeId));
      },
    });
    const bitrates = new BitrateSurvey(() => this.#homes.transports());
    const metrics = createMetrics(registry, () => census(nodeId, this.#homes, this.#remoteHomes), {
      cpu: () => cpu(this.#workers),
      bitrate: () => bitrates.measure(),
    });
    const trackJournal = new TrackJournal({ connection, logger });
    const workers = () => this.#readyWorkers();
    const ice = new IceIssuer(limits, () => this.#homes.wanting("ice"));
    this.context = { connection, bus, lease, logger, limits, metrics, trackJournal, workers, ice };
    this.#homes = new Homes(this.context);
    this.#remoteHomes = new RemoteHomes(this.context);
    this.#remotePeers = new RemotePeers(this.context, this.#homes);
    this.#rows = new RowComparison(this.context, this.#homes);
    this.#sessions = new SessionComparison({
      connection,
      lease,
      logger,
      has: ({ subjectId, peerId }) => {
        const roomId = subjectId as RoomId;
        return this.#homes.isMoving(roomId) || this.#homes.find(roomId)?.has(peerId as PeerId) === true;
      },
    });
    this.#keepalive = new Keepalive({ pingIntervalMs: limits.PING_INTERVAL_MS, timeoutMs: limits.SOCKET_TIMEOUT_MS });
    const directory = new RoomDirectory(this.context, this.#homes, this.#remoteHomes, this.#keepalive);
    this.entrance = new Entrance({
      connection,
      lease,
      logger,
      settings: limits,
      onClient: missingServersNotice(ice, logger),
      onRefusal: (code) => metrics.refusals.inc({ code }),
      read: readRoomRequest,
      screen: (requests) => screenCredentials(connection, requests),
      admit: (...request) => directory.admit(...request),
    });
    this.#nodeWatch = new NodeWatch(this.context, {
      watched: () => [...this.#remoteHomes.nodes, ...this.#remotePeers.nodes],
      onLook: (isGone) => {
        this.#remoteHomes.nodesDied(isGone);
        this.#remotePeers.nodesDied(isGone);
      },
    });
    this.#chores = startChores({ connection, nodeId, logger, registry }, [
      ...roomChores({
        connection,
        windowMs: limits.RESUME_WINDOW_MS,
        mayJudge: () => lease.mayJudge(),
        announce: (control) => announce(this.context, control),
      }),
      lostSessions(connection, lease),
    ]);
    this.#checkpoints = keepCheckpoints({
      connection,
      lease,
      logger,
      peers: () => this.#present(),
      everyMs: limits.CHECKPOINT_MS,
      ask: (withinMs) => {
        void this.#keepalive.ask(withinMs);
        // Their answers are with the homes by the next checkpoint there.
        this.#remoteHomes.sendSigns(limits.CHECKPOINT_MS);
      },
      onFenced: (count) => metrics.fenced.inc(count),
    });
    this.#timers = [
      setInterval(() => this.#compare(), COMPARE_MS),
      setInterval(() => void this.#compareRows(), limits.COMPARE_ROWS_MS),
      setInterval(() => this.#watch(), WATCH_MS),
    ];
    for (const timer of this.#timers) timer.unref();
  }

  /** Whether rooms can be served: the media workers run. */
  get hasWorkers(): boolean {
    return (this.#workers?.alive.length ?? 0) > 0;
  }

  get isClosing(): boolean {
    return this.#closing !== undefined;
  }

  /**
   * Starts the media workers.
   *
   * @throws {Error} when one cannot start, or cannot have its port
   */
  async startWorkers(workerBin: string | undefined): Promise<void> {
    const { limits, logger, metrics } = this.context;
    const workers = await Workers.start({
      count: limits.MEDIA_WORKERS,
      port: limits.MEDIA_PORT,
      announced: await AnnouncedAddresses.open({ configured: limits.MEDIA_ANNOUNCED_ADDRESS, logger }),
      workerBin,
      logger,
      onDeath: (worker) => {
        metrics.workerDeaths.inc();
        this.#homes.workerDied(worker);
      },
    });
    if (this.#closing) workers.close();
    else this.#workers = workers;
  }

  /** Listens on the bus; resolves when others can reach this node. */
  async listen(): Promise<void> {
    const { bus, lease } = this.context;
    const subscriptions: Subscription[] = await Promise.all([
      bus.subscribe(SFU_SUBJECTS.control, (data) => this.#control(data)),
      bus.respond(SFU_SUBJECTS.entries(lease.nodeId), (data) => this.#remotePeers.admit(data)),
      bus.respond(SFU_SUBJECTS.inbound(lease.nodeId), (data) => this.#remotePeers.receive(data)),
      bus.respond(SFU_SUBJECTS.outbound(lease.nodeId), (data) => this.#remoteHomes.receive(data)),
    ]);
    this.#endings.push(...subscriptions.map((subscription) => () => subscription.unsubscribe()));
    this.#endings.push(bus.onStatus((connected) => connected && this.#compare()));
  }

  /** Hands the rooms over: clients are told to reconnect, and other nodes claim the rooms. */
  async drain(deadline: AbortSignal): Promise<void> {
    this.#workers?.stopping();
    const { limits, logger } = this.context;
    // Not awaited before the others are told: it may take as long as a home elsewhere does not answer.
    const entered = this.entrance.close(deadline);
    const handOvers = interleave(this.#homes.handOvers(), this.#remoteHomes.handOvers());
    await handOverEvenly(handOvers, {
      drainMs: limits.DRAIN_MS,
      deadline,
      onError: (error) => logger.error({ err: error }, "a room could not be handed over"),
    });
    await entered;
    this.#letGo();
    await Promise.race([this.#homes.settled(), aborted(deadline)]);
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
    const deadline = AbortSignal.timeout(CLOSE_MS);
    for (const timer of this.#timers) clearInterval(timer);
    this.#letGo();
    await this.entrance.close(deadline);
    this.#letGo();
    this.#keepalive.close();
    this.context.ice.close();
    await this.#nodeWatch[Symbol.asyncDispose]();
    await this.#chores[Symbol.asyncDispose]();
    await this.#checkpoints[Symbol.asyncDispose]();
    await Promise.race([this.#homes.settled(), aborted(deadline)]);
    this.context.trackJournal.close();
    this.#workers?.close();
    await Promise.all(this.#endings.map((end) => end()));
    await this.context.lease.close();
  }

  #readyWorkers(): Workers {
    if (!this.#workers) throw new Refusal("unavailable", "Rooms are being prepared. Try again in a few minutes.");
    return this.#workers;
  }

  /** Those whose sockets are there, for the ledger. */
  *#present(): Iterable<PresentPeer> {
    for (const { claim, state } of this.#homes) {
      for (const { peerId, session } of state.peers.values()) {
        if (session) yield { subjectId: claim.roomId, peerId, agoMs: session.silentMs };
      }
    }
  }

  #control(data: Uint8Array): void {
    const control = RoomControl.parse(JSON.parse(Buffer.from(data).toString()));
    this.#homes.handle(control);
    this.#remoteHomes.handle(control);
  }

  async #compareAll(): Promise<void> {
    await Promise.all([this.#homes.compare(), this.#remoteHomes.compare()]);
  }

  #compare(): void {
    this.#compareAll().catch((error: unknown) => this.context.logger.warn({ err: error }, "rooms were not compared"));
  }

  /** The other way round: what the database, and other nodes, say is here. */
  async #compareRows(): Promise<void> {
    const { lease, logger, limits } = this.context;
    this.#remotePeers.askAfter(limits.CHECKPOINT_MS + limits.PING_INTERVAL_MS);
    if (!lease.holds() || !lease.isTrusted()) return;
    try {
      await this.#rows.compare();
      await this.#sessions.compare();
    } catch (error) {
      logger.warn({ err: error }, "the rows of this node were not compared with its rooms");
    }
  }

  /** Cut off from the database and the bus for longer than the lease, others may have claimed what is here. */
  #watch(): void {
    const { lease, bus, logger, limits } = this.context;
    const now = performance.now();
    if (lease.holds() || bus.connected) this.#inTouchAt = now;
    if (now - this.#inTouchAt < limits.LEASE_MS || this.#homes.size + this.#remoteHomes.size === 0) return;
    logger.error({ nodeId: lease.nodeId, rooms: this.#homes.size }, "cut off from database and bus: letting go");
    this.#letGo();
  }

  #letGo(): void {
    this.#homes.handOver();
    this.#remoteHomes.dropAll();
  }
}
