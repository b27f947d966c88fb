import { backoffMs } from "@radist-tech/protocol/timing";
import type { types } from "mediasoup-client";
import { RETRIES } from "../../core/backoff.ts";
import { ConnectionLost } from "../../core/connection-lost.ts";
import type { LatchReader } from "../../core/latch.ts";
import type { RoomSocket } from "../signaling/room-socket.ts";
import type { RoomMediaState } from "../types.ts";

/** A path that is merely `disconnected` often recovers by itself within a few seconds. */
const RECOVERY_MS = 3_000;
/** A restart without success by then is repeated. */
const RESTART_MS = 5_000;

const WORST_FIRST = ["failed", "disconnected", "connecting", "connected"] as const satisfies RoomMediaState[];

/** The part of a transport that a repair needs. */
export interface RepairableTransport {
  readonly id: string;
  readonly connectionState: types.ConnectionState;
  /** `connect`: it is used for the first time. */
  on(event: "connectionstatechange" | "connect", listener: () => void): unknown;
  restartIce(options: { iceParameters: types.IceParameters }): Promise<void>;
}

/** The part of a media session that a repair needs. */
export interface RepairableSession {
  readonly send: RepairableTransport;
  readonly recv: RepairableTransport;
}

export interface IceRepairHandlers {
  /** The state of a path changed. */
  changed(): void;
  failed(error: unknown): void;
}

type RepairSocket = Pick<RoomSocket, "nudge" | "request">;

/** Restarts ICE on a transport whose path broke. */
export class IceRepair {
  readonly #session: RepairableSession;
  readonly #socket: RepairSocket;
  readonly #latch: LatchReader<RepairableSession>;
  readonly #handlers: IceRepairHandlers;
  readonly #timers = new Map<RepairableTransport, ReturnType<typeof setTimeout>>();
  readonly #used = new Set<RepairableTransport>();
  /** Those that have had a path, or are known to have none. */
  readonly #worked = new Set<RepairableTransport>();
  readonly #connectedOnce = new Set<RepairableTransport>();
  #attempt = 0;
  #isClosed = false;

  constructor(
    session: RepairableSession,
    socket: RepairSocket,
    latch: LatchReader<RepairableSession>,
    handlers: IceRepairHandlers,
  ) {
    this.#session = session;
    this.#socket = socket;
    this.#latch = latch;
    this.#handlers = handlers;
    for (const transport of this.#transports) {
      transport.on("connectionstatechange", () => this.#watch(transport));
      transport.on("connect", () => {
        this.#used.add(transport);
        this.#handlers.changed();
      });
    }
  }

  /** Whether a path that worked is broken, and not yet whole again. */
  get isBroken(): boolean {
    return this.#transports.some(
      (transport) => transport.connectionState !== "connected" && this.#worked.has(transport),
    );
  }

  /** What ICE and DTLS say of both paths together: the worse of those that are used. */
  get state(): RoomMediaState {
    const states = this.#transports.map((transport) => this.stateOf(transport));
    return WORST_FIRST.find((state) => states.includes(state)) ?? "new";
  }

  stateOf(transport: RepairableTransport): types.ConnectionState {
    const { connectionState } = transport;
    // Without a candidate browsers stay there.
    return connectionState === "new" && this.#used.has(transport) ? "connecting" : connectionState;
  }

  hasWorked(transport: RepairableTransport): boolean {
    return this.#connectedOnce.has(transport);
  }

  /** The platform can be reached again: repairs the paths that are broken. */
  resumed(): void {
    for (const transport of this.#transports)
      if (transport.connectionState !== "connected") void this.#restart(transport);
  }

  /** The network is another one: looks for other paths, even if the present ones seem to work. */
  networkChanged(): void {
    for (const transport of this.#transports) void this.#restart(transport);
  }

  close(): void {
    this.#isClosed = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  get #transports(): RepairableTransport[] {
    return [this.#session.send, this.#session.recv];
  }

  #watch(transport: RepairableTransport): void {
    if (this.#isClosed) return;
    // What broke the media path may have broken the socket too, unnoticed.
    if (/^(disconnected|failed)$/.test(transport.connectionState)) this.#socket.nudge();
    switch (transport.connectionState) {
      case "connected":
        this.#connectedOnce.add(transport);
        this.#worked.add(transport);
        clearTimeout(this.#timers.get(transport));
        this.#attempt = 0;
        break;
      case "disconnected":
        this.#worked.add(transport);
        this.#schedule(transport, RECOVERY_MS);
        break;
      case "failed":
        this.#worked.add(transport);
        this.#schedule(transport, backoffMs(this.#attempt++, RETRIES));
    }
    this.#handlers.changed();
  }

  #schedule(transport: RepairableTransport, ms: number): void {
    clearTimeout(this.#timers.get(transport));
    const restart = () => void this.#restart(transport);
    if (!this.#isClosed) this.#timers.set(transport, setTimeout(restart, ms));
  }

  async #restart(transport: RepairableTransport): Promise<void> {
    const { id, connectionState } = transport;
    // A restart needs the socket; `resumed` makes up for it. Before its first use a transport has no path.
    if (this.#isClosed || this.#latch.value !== this.#session || connectionState === "new") return;
    try {
      const { iceParameters } = await this.#socket.request({ type: "restart-ice", transportId: id });
      await transport.restartIce({ iceParameters: iceParameters as types.IceParameters });
    } catch (error) {
      if (!(error instanceof ConnectionLost || this.#isClosed)) this.#handlers.failed(error);
    }
    if (transport.connectionState !== "connected") this.#schedule(transport, RESTART_MS);
  }
}
