import type { P2PClientMessage, P2PServerMessage } from "@radist-tech/protocol";
import { ERRORS } from "@radist-tech/protocol/errors";
import { backoffMs } from "./backoff.ts";
import { judgeClose, protocolError } from "./close-verdict.ts";
import { RadistError } from "./errors.ts";
import { Outbox } from "./outbox.ts";
import type { ConnectionState, Ending, ResumeState } from "./types.ts";
import type { Credentials } from "./urls.ts";

export interface SignalingHandlers {
  message(message: P2PServerMessage): void;
  state(state: ConnectionState["signaling"]): void;
  /** An error that concerns one message, not the socket. */
  error(error: RadistError): void;
  /** Signals could not be kept while the socket was away. */
  overflow(): void;
  ended(ending: Ending): void;
}

export interface SignalingOptions {
  readonly credentials: Credentials;
  readonly url: (credentials: Credentials) => string;
  readonly webSocketFactory: (url: string) => WebSocket;
  readonly handlers: SignalingHandlers;
}

/** A socket that was not let in by then is given up, and another one tried. */
const ATTEMPT_MS = 10_000;
/** How long a first join tries against a platform that is away. */
const JOIN_MS = 15_000;
/** A socket that lived this long owes nothing to earlier failures. */
const STABLE_MS = 10_000;
/** How long an answer to a probe, or to `leave`, may take. */
const ANSWER_MS = 3_000;

type Joined = Extract<P2PServerMessage, { type: "call_joined" | "call_reconnected" }>;

/**
 * Keeps one peer joined: opens a socket, and another one whenever it is lost, until the platform says that it is over.
 *
 *   connecting ──joined──▶ connected ──lost──▶ reconnecting ──joined──▶ connected
 *        └──────────────── refused for good, left, superseded ───────────▶ closed
 */
export class SignalingSocket {
  readonly #options: SignalingOptions;
  readonly #outbox = new Outbox();
  readonly #openedAt = Date.now();
  #credentials: Credentials;
  #everJoined = false;
  #state: ConnectionState["signaling"] = "connecting";
  /** The socket that counts, and whether it was let in. */
  #socket: WebSocket | undefined;
  #joinedAt: number | undefined;
  /** The one before, until the platform has moved the peer over. */
  #previous: WebSocket | undefined;
  #refusal: RadistError | undefined;
  #attempt = 0;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #attemptTimer: ReturnType<typeof setTimeout> | undefined;
  #probeTimer: ReturnType<typeof setTimeout> | undefined;
  #ending: Ending | undefined;
  #waiting: { resolve: () => void; reject: (error: RadistError) => void }[] = [];

  constructor(options: SignalingOptions) {
    this.#options = options;
    this.#credentials = options.credentials;
  }

  get state(): ConnectionState["signaling"] {
    return this.#state;
  }

  /** Undefined before the first join. */
  get resumeState(): ResumeState | undefined {
    return "callToken" in this.#credentials ? undefined : this.#credentials;
  }

  /** Opens a (fresh) socket now. Resolves when it has joined; rejects when the connection ends instead. */
  connect(): Promise<void> {
    if (this.#ending) return Promise.reject(endingError(this.#ending));
    const joined = new Promise<void>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    this.#open();
    return joined;
  }

  /** Sends now, or in order once joined again. */
  send(message: P2PClientMessage): void {
    if (this.#ending) return;
    if (this.#joinedAt !== undefined && this.#socket?.readyState === 1) this.#socket.send(JSON.stringify(message));
    else if (!this.#outbox.add(message)) this.#options.handlers.overflow();
  }

  /** Something suggests that the network changed: tries at once where a retry is due, else checks that the socket lives. */
  nudge(): void {
    if (this.#retryTimer !== undefined) this.#open();
    else if (this.#joinedAt !== undefined && this.#probeTimer === undefined && this.#socket?.readyState === 1) {
      // Browsers hide WebSocket pings. The platform answers every unknown type, so any answer proves that it is there.
      this.#socket.send('{"type":"ping"}');
      this.#probeTimer = setTimeout(() => this.#open(), ANSWER_MS);
    }
  }

  /** Leaves the call: tells the platform where it can, and ends in any case. */
  async leave(): Promise<void> {
    if (this.#ending) return;
    if (this.#joinedAt !== undefined) {
      const ended = new Promise<void>((resolve) => this.#waiting.push({ resolve, reject: () => resolve() }));
      this.send({ type: "leave" });
      const timer = setTimeout(() => this.end({ reason: "left" }), ANSWER_MS);
      await ended;
      clearTimeout(timer);
    }
    this.end({ reason: "left" });
  }

  /** Ends here and now, without telling the platform. */
  end(ending: Ending): void {
    if (this.#ending) return;
    this.#ending = ending;
    this.#clearTimers();
    this.#socket?.close(1000);
    this.#previous?.close(1000);
    this.#socket = this.#previous = this.#joinedAt = undefined;
    this.#setState("closed");
    for (const { reject } of this.#waiting.splice(0)) reject(endingError(ending));
    this.#options.handlers.ended(ending);
  }

  #open(): void {
    this.#clearTimers();
    if (this.#joinedAt !== undefined) this.#previous = this.#socket;
    else this.#socket?.close(1000);
    const socket = this.#create();
    if (!socket) return;
    this.#socket = socket;
    this.#joinedAt = undefined;
    this.#refusal = undefined;
    this.#setState(this.#everJoined ? "reconnecting" : "connecting");
    this.#attemptTimer = setTimeout(() => this.#lost(socket, 1006), ATTEMPT_MS);
    socket.addEventListener("message", ({ data }) => {
      const message = typeof data === "string" ? readMessage(data) : undefined;
      if (!message || this.#ending) return;
      // The earlier socket still delivers until the platform has moved the peer over; its own end means nothing now.
      if (socket === this.#socket) this.#receive(message);
      else if (message.type === "signal") this.#options.handlers.message(message);
    });
    socket.addEventListener("close", ({ code }) => this.#lost(socket, code));
  }

  #create(): WebSocket | undefined {
    try {
      return this.#options.webSocketFactory(this.#options.url(this.#credentials));
    } catch (cause) {
      this.end({
        reason: "failed",
        error: new RadistError("invalid_argument", { message: "No WebSocket could be made.", cause }),
      });
      return undefined;
    }
  }

  #receive(message: P2PServerMessage): void {
    clearTimeout(this.#probeTimer);
    this.#probeTimer = undefined;
    switch (message.type) {
      case "call_joined":
      case "call_reconnected":
        this.#joined(message);
        return;
      case "call_left":
        this.end({ reason: message.reason });
        return;
      case "error": {
        // The answer to a probe: nothing else that is sent here is unknown.
        if (message.code === "unsupported_message") return;
        const error = protocolError(message);
        if (this.#joinedAt === undefined || (ERRORS as Record<string, { close: number | null }>)[error.code]?.close)
          this.#refusal = error;
        else this.#options.handlers.error(error);
        return;
      }
      default:
        this.#options.handlers.message(message);
    }
  }

  #joined(message: Joined): void {
    clearTimeout(this.#attemptTimer);
    this.#previous?.close(1000);
    this.#previous = undefined;
    const { callId, peerId } = message;
    // A platform that does not rotate tokens keeps the earlier one in force.
    const reconnectToken = message.reconnectToken ?? this.resumeState?.reconnectToken ?? "";
    this.#credentials = { callId, peerId, reconnectToken };
    this.#joinedAt = Date.now();
    this.#everJoined = true;
    const present = new Set<string>(message.call.peers.map((peer) => peer.peerId));
    for (const kept of this.#outbox.take(present)) this.send(kept);
    this.#setState("connected");
    this.#options.handlers.message(message);
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }

  #lost(socket: WebSocket, code: number): void {
    if (socket !== this.#socket || this.#ending) return;
    const joinedAt = this.#joinedAt;
    const resuming = !("callToken" in this.#credentials);
    const verdict = judgeClose({ code, refusal: this.#refusal, joined: joinedAt !== undefined, resuming });
    if (verdict !== "again") {
      this.end(verdict);
      return;
    }
    if (!this.#everJoined && Date.now() - this.#openedAt > JOIN_MS) {
      this.end({ reason: "failed", error: this.#refusal ?? new RadistError("network_error") });
      return;
    }
    this.#clearTimers();
    this.#socket = undefined;
    this.#joinedAt = undefined;
    socket.close();
    if (joinedAt !== undefined && Date.now() - joinedAt > STABLE_MS) this.#attempt = 0;
    this.#setState(this.#everJoined ? "reconnecting" : "connecting");
    // The browser will say when a network is there again; until then a rare try costs little, and some are wrong.
    const attempt = globalThis.navigator?.onLine === false ? Number.POSITIVE_INFINITY : this.#attempt++;
    this.#retryTimer = setTimeout(() => this.#open(), backoffMs(attempt, Math.random()));
  }

  #clearTimers(): void {
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#attemptTimer);
    clearTimeout(this.#probeTimer);
    this.#retryTimer = this.#attemptTimer = this.#probeTimer = undefined;
  }

  #setState(state: ConnectionState["signaling"]): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#options.handlers.state(state);
  }
}

/** What a method rejects with that waited for a connection which ended. */
function endingError({ reason, error }: Ending): RadistError {
  return (
    error ?? new RadistError(reason === "terminated" || reason === "idle" ? "call_terminated" : "connection_closed")
  );
}

/** A message of the platform, whose shape the protocol package vouches for. Types of a newer platform are no error. */
function readMessage(data: string): P2PServerMessage | undefined {
  try {
    const message: unknown = JSON.parse(data);
    return typeof message === "object" && message !== null && "type" in message
      ? (message as P2PServerMessage)
      : undefined;
  } catch {
    return undefined;
  }
}
