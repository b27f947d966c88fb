import { backoffMs } from "@radist-tech/protocol/timing";
import { RETRIES } from "../backoff.ts";
import { RadistError } from "../errors.ts";
import type { CloseEvidence } from "./close-verdict.ts";
import {
  type FailedEnding,
  type SocketEffect,
  type SocketEnding,
  type SocketEvents,
  type SocketPhase,
  type SocketState,
  type SocketTimer,
  socketStateIn,
} from "./socket-phase.ts";
import { type EventName, JOIN_MS, transition } from "./transitions.ts";

export interface ReconnectingSocketOptions<Message, End extends SocketEnding> {
  /** Asked for each socket, since credentials change. */
  readonly url: () => string;
  readonly webSocketFactory: (url: string) => WebSocket;
  /** The longest wait between two attempts; the usual one where it is not given. */
  readonly maxDelayMs?: number;
  /** Whether another socket is tried after one that closed, or how the connection ends. */
  judge(close: Omit<CloseEvidence, "resuming">): End | "retry";
  /** What a method rejects with that waited for a join when the connection ended. */
  errorOf(ending: End | FailedEnding): RadistError;
  readonly handlers: {
    /** @param isCurrent false for the previous socket, which delivers until the platform has moved the peer over */
    message(message: Message, isCurrent: boolean): void;
    state(state: SocketState): void;
    ended(ending: End | FailedEnding): void;
  };
}

/** Browsers hide WebSocket pings. Any message that arrives proves that the socket works, this one's answer too. */
const PROBE = '{"type":"ping"}';

type Timer = ReturnType<typeof setTimeout>;

/**
 * Opens a socket, and another one whenever it is lost, until the platform says that the connection is over. What happens
 * when is decided by {@link transition}; this holds the sockets and timers.
 */
export class ReconnectingSocket<Message extends { readonly type: string }, End extends SocketEnding> {
  readonly #options: ReconnectingSocketOptions<Message, End>;
  readonly #timers = new Map<SocketTimer | "retry", Timer>();
  #phase: SocketPhase = { name: "idle", joinBy: Date.now() + JOIN_MS };
  #reported: SocketState = "connecting";
  #current: WebSocket | undefined;
  #previous: WebSocket | undefined;
  #ending: End | FailedEnding | undefined;
  #joins: { resolve: () => void; reject: (error: RadistError) => void }[] = [];

  constructor(options: ReconnectingSocketOptions<Message, End>) {
    this.#options = options;
  }

  get state(): SocketState {
    return socketStateIn(this.#phase);
  }

  /** Whether the platform has admitted the current socket. */
  get isJoined(): boolean {
    return this.#phase.name === "joined";
  }

  /** Opens a (fresh) socket now. Resolves when it was admitted; rejects when the connection ends instead. */
  connect(): Promise<void> {
    if (this.#ending) return Promise.reject(this.#options.errorOf(this.#ending));
    const joined = new Promise<void>((resolve, reject) => this.#joins.push({ resolve, reject }));
    this.#dispatch("connect", {});
    return joined;
  }

  /** Sends now; false when no socket can send. */
  send(text: string): boolean {
    if (!this.#canSend) return false;
    this.#current?.send(text);
    return true;
  }

  /** The platform admitted the current socket. */
  joined(): void {
    this.#dispatch("joined", { at: Date.now() });
  }

  /** The platform said why it is about to close the current socket. */
  refused(error: RadistError): void {
    this.#dispatch("refused", { error });
  }

  /** Something suggests that the network changed: retries at once where that is due, else checks that the socket works. */
  nudge(): void {
    this.#dispatch("nudged", { canSend: this.#canSend });
  }

  /** Resolves when the connection has ended; it ends as given when it has not by then. */
  async endWithin(ms: number, ending: End): Promise<void> {
    const ended = new Promise<void>((resolve) => this.#joins.push({ resolve, reject: () => resolve() }));
    const timer = setTimeout(() => this.end(ending), ms);
    await ended;
    clearTimeout(timer);
    this.end(ending);
  }

  /** Ends the connection now, without telling the platform. */
  end(ending: End): void {
    this.#dispatch("end", { ending });
  }

  get #canSend(): boolean {
    return this.isJoined && this.#current?.readyState === 1;
  }

  #dispatch<Event extends EventName>(name: Event, event: SocketEvents<End | FailedEnding>[Event]): void {
    const { next, effects } = transition(this.#phase, name, event);
    this.#phase = next;
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: SocketEffect<End | FailedEnding>): void {
    switch (effect.type) {
      case "stopTimers":
        for (const timer of this.#timers.values()) clearTimeout(timer);
        this.#timers.clear();
        return;
      case "stopTimer":
        clearTimeout(this.#timers.get(effect.timer));
        return;
      case "startTimer":
        clearTimeout(this.#timers.get(effect.timer));
        this.#timers.set(
          effect.timer,
          setTimeout(() => this.#timedOut(effect.timer), effect.ms),
        );
        return;
      case "scheduleRetry": {
        const { maxDelayMs } = this.#options;
        const delayMs = backoffMs(effect.attempt, {
          ...RETRIES,
          ...(maxDelayMs !== undefined && { longestMs: maxDelayMs }),
        });
        this.#timers.set(
          "retry",
          setTimeout(() => this.#dispatch("retryDue", {}), delayMs),
        );
        return;
      }
      case "open":
        this.#open();
        return;
      case "demote":
        this.#previous = this.#current;
        this.#current = undefined;
        return;
      case "close":
        this.#close(effect.socket, effect.code);
        return;
      case "probe":
        this.#current?.send(PROBE);
        return;
      case "reportState":
        this.#reportState();
        return;
      case "resolveJoins":
        for (const { resolve } of this.#joins.splice(0)) resolve();
        return;
      case "reportEnd":
        this.#ending = effect.ending;
        for (const { reject } of this.#joins.splice(0)) reject(this.#options.errorOf(effect.ending));
        this.#options.handlers.ended(effect.ending);
    }
  }

  #timedOut(timer: SocketTimer): void {
    switch (timer) {
      case "attempt":
        return this.#lost(1006);
      case "silence":
        return this.#dispatch("silent", { canSend: this.#canSend });
      case "probe":
        return this.#dispatch("unanswered", {});
    }
  }

  #lost(code: number): void {
    const refusal = "refusal" in this.#phase ? this.#phase.refusal : undefined;
    const verdict = this.#options.judge({ code, refusal, joined: this.isJoined });
    this.#dispatch("lost", { at: Date.now(), isOnline: globalThis.navigator?.onLine !== false, verdict });
  }

  #open(): void {
    let socket: WebSocket;
    try {
      socket = this.#options.webSocketFactory(this.#options.url());
    } catch (cause) {
      const error = new RadistError("invalid_argument", { message: "The WebSocket could not be created.", cause });
      this.#dispatch("end", { ending: { reason: "failed", error } });
      return;
    }
    this.#current = socket;
    socket.addEventListener("message", ({ data }) => this.#receive(socket, data));
    socket.addEventListener("close", ({ code }) => {
      // The end of any other socket means nothing by now.
      if (socket === this.#current) this.#lost(code);
    });
  }

  #receive(socket: WebSocket, data: unknown): void {
    const message = typeof data === "string" ? readMessage(data) : undefined;
    if (!message || this.#ending) return;
    const isCurrent = socket === this.#current;
    if (isCurrent) this.#dispatch("heard", {});
    this.#options.handlers.message(message as Message, isCurrent);
  }

  #close(which: "current" | "previous", code: 1000 | undefined): void {
    const socket = which === "current" ? this.#current : this.#previous;
    if (which === "current") this.#current = undefined;
    else this.#previous = undefined;
    socket?.close(code);
  }

  #reportState(): void {
    const { state } = this;
    if (state === this.#reported) return;
    this.#reported = state;
    this.#options.handlers.state(state);
  }
}

/** A message of the platform, whose shape the protocol package guarantees. Types of a newer platform are no error. */
function readMessage(data: string): { type: string } | undefined {
  try {
    const message: unknown = JSON.parse(data);
    return typeof message === "object" && message !== null && "type" in message
      ? (message as { type: string })
      : undefined;
  } catch {
    return undefined;
  }
}
