import { pause } from "@radist-tech/protocol/timing";
import type { WebSocket } from "ws";

export interface KeepaliveTimes {
  readonly pingIntervalMs: number;
  readonly timeoutMs: number;
}

/** Silences end up to this much later than the interval, as a share of it: sockets that fell silent together are pinged apart. */
const SPREAD = 0.1;

/** A socket heard this recently, as a share of the interval, is not asked for a sign of life. */
const RECENT = 0.25;

/** Into so many steps {@link Keepalive.ask} divides the time that it has. */
const ASK_STEPS = 20;

interface Watched {
  heardAt: number;
  pingedAt: number;
  /** Of silence, after which it is pinged, milliseconds. */
  readonly patienceMs: number;
}

/**
 * Pings sockets that are silent (RFC 6455, 5.5.2), spread over time, and cuts those that have been silent for too long;
 * one timer for all.
 */
export class Keepalive {
  readonly #times: KeepaliveTimes;
  readonly #sockets = new Map<WebSocket, Watched>();
  readonly #timer: NodeJS.Timeout;
  readonly #closing = new AbortController();
  #tickedAt = performance.now();

  constructor(times: KeepaliveTimes) {
    this.#times = times;
    this.#timer = setInterval(() => this.#tick(performance.now()), Math.min(50, times.pingIntervalMs));
    this.#timer.unref();
  }

  watch(socket: WebSocket): void {
    const { pingIntervalMs, timeoutMs } = this.#times;
    const now = performance.now();
    const spreadMs = Math.min(pingIntervalMs * SPREAD, Math.max(0, timeoutMs - pingIntervalMs) / 2);
    const patienceMs = pingIntervalMs + Math.random() * spreadMs;
    this.#sockets.set(socket, { heardAt: now, pingedAt: now, patienceMs });
    socket.once("close", () => this.#sockets.delete(socket));
  }

  heard(socket: WebSocket): void {
    const entry = this.#sockets.get(socket);
    if (entry) entry.heardAt = performance.now();
  }

  /**
   * Pings every socket that was not heard just now, within this time: those that live will have answered a round trip
   * later.
   */
  async ask(withinMs: number): Promise<void> {
    const asked = [...this.#sockets];
    const slice = Math.ceil(asked.length / ASK_STEPS);
    for (let from = 0; from < asked.length; from += slice) {
      if (from > 0 && !(await pause(withinMs / ASK_STEPS, this.#closing.signal))) return;
      const now = performance.now();
      for (const [socket, entry] of asked.slice(from, from + slice)) {
        if (now - entry.heardAt >= this.#times.pingIntervalMs * RECENT) this.#ping(socket, entry, now);
      }
    }
  }

  close(): void {
    clearInterval(this.#timer);
    this.#closing.abort();
  }

  #tick(now: number): void {
    // Time in which this process did not run says nothing about the sockets: their pongs are still unread.
    const frozenMs = Math.max(0, now - this.#tickedAt - this.#times.pingIntervalMs);
    this.#tickedAt = now;
    for (const [socket, entry] of this.#sockets) {
      entry.heardAt += frozenMs;
      if (now - entry.heardAt >= this.#times.timeoutMs) socket.terminate();
      else if (now - Math.max(entry.heardAt, entry.pingedAt) >= entry.patienceMs) this.#ping(socket, entry, now);
    }
  }

  #ping(socket: WebSocket, entry: { pingedAt: number }, now: number): void {
    entry.pingedAt = now;
    if (socket.readyState === socket.OPEN) socket.ping();
  }
}
