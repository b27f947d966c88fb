import type { P2PClientMessage, P2PServerMessage } from "@radist-tech/protocol";
import { ERRORS } from "@radist-tech/protocol/errors";
import { RadistError } from "../core/errors.ts";
import { judgeClose, protocolError } from "../core/socket/close-verdict.ts";
import { KeptSocket } from "../core/socket/kept-socket.ts";
import type { Credentials } from "../core/urls.ts";
import { Outbox } from "./outbox.ts";
import type { ConnectionState, Ending, ResumeState } from "./types.ts";

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

/** How long an answer to `leave` may take. */
const LEAVE_MS = 3_000;

type Joined = Extract<P2PServerMessage, { type: "call_joined" | "call_reconnected" }>;

/** Keeps one peer joined to its call. */
export class SignalingSocket {
  readonly #options: SignalingOptions;
  readonly #kept: KeptSocket<P2PServerMessage, Ending>;
  readonly #outbox = new Outbox();
  #credentials: Credentials;
  #ended = false;

  constructor(options: SignalingOptions) {
    this.#options = options;
    this.#credentials = options.credentials;
    const { handlers } = options;
    this.#kept = new KeptSocket({
      url: () => options.url(this.#credentials),
      webSocketFactory: options.webSocketFactory,
      judge: (close) => judgeClose({ ...close, resuming: this.resumeState !== undefined }),
      failed: (error): Ending => ({ reason: "failed", error }),
      errorOf: endingError,
      handlers: {
        message: (message: P2PServerMessage, current) => {
          if (current) this.#receive(message);
          // The earlier socket still delivers what was on its way.
          else if (message.type === "signal") handlers.message(message);
        },
        state: (state) => handlers.state(state),
        ended: (ending) => {
          this.#ended = true;
          handlers.ended(ending);
        },
      },
    });
  }

  get state(): ConnectionState["signaling"] {
    return this.#kept.state;
  }

  /** Undefined before the first join. */
  get resumeState(): ResumeState | undefined {
    return "callToken" in this.#credentials ? undefined : this.#credentials;
  }

  /** Opens a (fresh) socket now. Resolves when it has joined; rejects when the connection ends instead. */
  connect(): Promise<void> {
    return this.#kept.connect();
  }

  /** Sends now, or in order once joined again. */
  send(message: P2PClientMessage): void {
    if (this.#ended || this.#kept.send(JSON.stringify(message))) return;
    if (!this.#outbox.add(message)) this.#options.handlers.overflow();
  }

  /** Something suggests that the network changed. */
  nudge(): void {
    this.#kept.nudge();
  }

  /** Leaves the call: tells the platform where it can, and ends in any case. */
  async leave(): Promise<void> {
    if (this.#ended) return;
    const told = this.#kept.send(JSON.stringify({ type: "leave" } satisfies P2PClientMessage));
    if (told) await this.#kept.endWithin(LEAVE_MS, { reason: "left" });
    else this.#kept.end({ reason: "left" });
  }

  #receive(message: P2PServerMessage): void {
    switch (message.type) {
      case "call_joined":
      case "call_reconnected":
        this.#joined(message);
        return;
      case "call_left":
        this.#kept.end({ reason: message.reason });
        return;
      case "error": {
        // The answer to a probe: nothing else that is sent here is unknown.
        if (message.code === "unsupported_message") return;
        const error = protocolError(message);
        if (!this.#kept.isJoined || (ERRORS as Record<string, { close: number | null }>)[error.code]?.close)
          this.#kept.refused(error);
        else this.#options.handlers.error(error);
        return;
      }
      default:
        this.#options.handlers.message(message);
    }
  }

  #joined(message: Joined): void {
    const { callId, peerId } = message;
    // A platform that does not rotate tokens keeps the earlier one in force.
    const reconnectToken = message.reconnectToken ?? this.resumeState?.reconnectToken ?? "";
    this.#credentials = { callId, peerId, reconnectToken };
    this.#kept.joined();
    const present = new Set<string>(message.call.peers.map((peer) => peer.peerId));
    for (const kept of this.#outbox.take(present)) this.send(kept);
    this.#options.handlers.message(message);
  }
}

/** What a method rejects with that waited for a connection which ended. */
function endingError({ reason, error }: Ending): RadistError {
  return (
    error ?? new RadistError(reason === "terminated" || reason === "idle" ? "call_terminated" : "connection_closed")
  );
}
