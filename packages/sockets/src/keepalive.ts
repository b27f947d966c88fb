import type { WebSocket } from "ws";

export interface KeepaliveTimes {
  readonly pingIntervalMs: number;
  readonly timeoutMs: number;
}

/** Pings every socket (RFC 6455, 5.5.2) and cuts those that have been silent for too long; one timer for all. */
export class Keepalive {
  readonly #times: KeepaliveTimes;
  readonly #sockets = new Map<WebSocket, { heardAt: number; pingedAt: number }>();
  readonly #timer: NodeJS.Timeout;
  #tickedAt = performance.now();

  constructor(times: KeepaliveTimes) {
    this.#times = times;
    this.#timer = setInterval(() => this.#tick(performance.now()), Math.min(1_000, times.pingIntervalMs));
    this.#timer.unref();
  }

  watch(socket: WebSocket): void {
    const now = performance.now();
    this.#sockets.set(socket, { heardAt: now, pingedAt: now });
    socket.once("close", () => this.#sockets.delete(socket));
  }

  heard(socket: WebSocket): void {
    const entry = this.#sockets.get(socket);
    if (entry) entry.heardAt = performance.now();
  }

  /** Pings every socket now: live ones will have answered a round trip later. */
  ask(): void {
    const now = performance.now();
    for (const [socket, entry] of this.#sockets) this.#ping(socket, entry, now);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #tick(now: number): void {
    // Time in which this process did not run says nothing about the sockets: their pongs are still unread.
    const frozenMs = Math.max(0, now - this.#tickedAt - this.#times.pingIntervalMs);
    this.#tickedAt = now;
    for (const [socket, entry] of this.#sockets) {
      entry.heardAt += frozenMs;
      if (now - entry.heardAt >= this.#times.timeoutMs) socket.terminate();
      else if (now - entry.pingedAt >= this.#times.pingIntervalMs) this.#ping(socket, entry, now);
    }
  }

  #ping(socket: WebSocket, entry: { pingedAt: number }, now: number): void {
    entry.pingedAt = now;
    if (socket.readyState === socket.OPEN) socket.ping();
  }
}
