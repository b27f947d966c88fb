import type { types } from "mediasoup-client";
import { backoffMs } from "../../core/backoff.ts";
import { ConnectionLost } from "../../core/connection-lost.ts";
import type { Latch } from "../../core/latch.ts";
import type { RoomSocket } from "../signaling/room-socket.ts";
import type { MediaSession } from "./media-session.ts";

/** A path that is merely `disconnected` often comes back by itself within a few seconds. */
const PATIENCE_MS = 3_000;
/** A restart that did not help by then is tried again. */
const HELPED_MS = 5_000;

export interface IceRepairHandlers {
  /** The state of a path did. */
  changed(): void;
  failed(error: unknown): void;
}

/** Looks for another path whenever a transport's own one broke. */
export class IceRepair {
  readonly #session: MediaSession;
  readonly #socket: RoomSocket;
  readonly #latch: Latch<MediaSession>;
  readonly #handlers: IceRepairHandlers;
  readonly #timers = new Map<types.Transport, ReturnType<typeof setTimeout>>();
  #attempt = 0;
  #isOver = false;

  constructor(session: MediaSession, socket: RoomSocket, latch: Latch<MediaSession>, handlers: IceRepairHandlers) {
    this.#session = session;
    this.#socket = socket;
    this.#latch = latch;
    this.#handlers = handlers;
    for (const transport of this.#transports) transport.on("connectionstatechange", () => this.#watch(transport));
  }

  /** Whether media cannot flow now that did. */
  get isBroken(): boolean {
    return this.#transports.some(({ connectionState }) => /^(disconnected|failed)$/.test(connectionState));
  }

  /** The platform can be reached again: mends what is not in order. */
  resumed(): void {
    for (const transport of this.#transports)
      if (transport.connectionState !== "connected") void this.#restart(transport);
  }

  /** The network is another one: looks for other paths, whatever the present ones seem to be. */
  networkChanged(): void {
    for (const transport of this.#transports) void this.#restart(transport);
  }

  close(): void {
    this.#isOver = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  get #transports(): types.Transport[] {
    return [this.#session.send, this.#session.recv];
  }

  #watch(transport: types.Transport): void {
    if (this.#isOver) return;
    // What broke the media's way may have broken the socket's too, without a word.
    if (/^(disconnected|failed)$/.test(transport.connectionState)) this.#socket.nudge();
    switch (transport.connectionState) {
      case "connected":
        clearTimeout(this.#timers.get(transport));
        this.#attempt = 0;
        break;
      case "disconnected":
        this.#later(transport, PATIENCE_MS);
        break;
      case "failed":
        this.#later(transport, backoffMs(this.#attempt++, Math.random()));
    }
    this.#handlers.changed();
  }

  #later(transport: types.Transport, ms: number): void {
    clearTimeout(this.#timers.get(transport));
    const restart = () => void this.#restart(transport);
    if (!this.#isOver) this.#timers.set(transport, setTimeout(restart, ms));
  }

  async #restart(transport: types.Transport): Promise<void> {
    const { id, connectionState } = transport;
    // Without a socket nothing can be agreed on; `resumed` comes back to it. Before its first use there is no path.
    if (this.#isOver || this.#latch.value !== this.#session || connectionState === "new") return;
    try {
      const { iceParameters } = await this.#socket.request({ type: "restart-ice", transportId: id });
      await transport.restartIce({ iceParameters: iceParameters as types.IceParameters });
    } catch (error) {
      if (!(error instanceof ConnectionLost || this.#isOver)) this.#handlers.failed(error);
    }
    if (transport.connectionState !== "connected") this.#later(transport, HELPED_MS);
  }
}
