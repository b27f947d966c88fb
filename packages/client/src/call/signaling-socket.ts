import type { IceFailureReason, P2PClientMessage, P2PServerMessage } from "@radist-tech/protocol";
import { closesSocket, protocolError, RadistError } from "../core/errors.ts";
import { ReconnectingSocket } from "../core/socket/reconnecting-socket.ts";
import { judgeCallClose } from "./close-verdict.ts";
import { PendingSignals } from "./pending-signals.ts";
import type { ConnectionState, Ending, ResumeState } from "./types.ts";
import type { Credentials } from "./urls.ts";

export interface SignalingHandlers {
  message(message: P2PServerMessage): void;
  /** The platform gave the seat, or a fresh token for it. */
  seated(seat: ResumeState): void;
  state(state: ConnectionState["signaling"]): void;
  /** An error that concerns one message, not the socket. */
  error(error: RadistError): void;
  /** Signals could not be kept while the socket was lost. */
  overflow(): void;
  ended(ending: Ending): void;
}

export interface SignalingOptions {
  readonly credentials: Credentials;
  readonly url: (credentials: Credentials) => string;
  readonly webSocketFactory: (url: string) => WebSocket;
  readonly handlers: SignalingHandlers;
}

/** How long the answer to `leave` may take. */
const LEAVE_MS = 3_000;

type Joined = Extract<P2PServerMessage, { type: "call_joined" | "call_reconnected" }>;

/** Keeps one peer joined to its call, over any number of sockets. */
export class SignalingSocket {
  readonly #options: SignalingOptions;
  readonly #socket: ReconnectingSocket<P2PServerMessage, Ending>;
  readonly #pending = new PendingSignals();
  #credentials: Credentials;
  /** What this release of the platform takes, beyond what all do. */
  #accepts: readonly string[] = [];
  #hasEnded = false;

  constructor(options: SignalingOptions) {
    this.#options = options;
    this.#credentials = options.credentials;
    const { handlers } = options;
    this.#socket = new ReconnectingSocket({
      url: () => options.url(this.#credentials),
      webSocketFactory: options.webSocketFactory,
      judge: (close) => judgeCallClose({ ...close, resuming: this.resumeState !== undefined }),
      errorOf: endingError,
      handlers: {
        message: (message: P2PServerMessage, isCurrent) => {
          if (isCurrent) this.#receive(message);
          // The previous socket still delivers what was on its way.
          else if (message.type === "signal") handlers.message(message);
        },
        state: (state) => handlers.state(state),
        ended: (ending) => {
          this.#hasEnded = true;
          handlers.ended(ending);
        },
      },
    });
  }

  get state(): ConnectionState["signaling"] {
    return this.#socket.state;
  }

  /** Undefined before the first join. */
  get resumeState(): ResumeState | undefined {
    return "callToken" in this.#credentials ? undefined : this.#credentials;
  }

  /** Opens a (fresh) socket now. Resolves when it has joined; rejects when the connection ends instead. */
  connect(): Promise<void> {
    return this.#socket.connect();
  }

  /** Sends now, or in order once joined again. */
  send(message: P2PClientMessage): void {
    if (this.#hasEnded || this.#socket.send(JSON.stringify(message))) return;
    if (!this.#pending.add(message)) this.#options.handlers.overflow();
  }

  /** Reports why media has no path, where the platform takes such reports. */
  reportFailure(reason: IceFailureReason): void {
    if (!this.#accepts.includes("ice-failure")) return;
    this.#socket.send(JSON.stringify({ type: "ice-failure", reason } satisfies P2PClientMessage));
  }

  /** Something suggests that the network changed. */
  nudge(): void {
    this.#socket.nudge();
  }

  /** Leaves the call: tells the platform if it can, and ends in any case. */
  async leave(): Promise<void> {
    if (this.#hasEnded) return;
    const isSent = this.#socket.send(JSON.stringify({ type: "leave" } satisfies P2PClientMessage));
    if (isSent) await this.#socket.endWithin(LEAVE_MS, { reason: "left" });
    else this.#socket.end({ reason: "left" });
  }

  /** Ends without having joined. */
  end(): void {
    this.#socket.end({ reason: "left" });
  }

  #receive(message: P2PServerMessage): void {
    switch (message.type) {
      case "call_joined":
      case "call_reconnected":
        this.#joined(message);
        return;
      case "pong":
        return;
      case "call_left":
        this.#socket.end({ reason: message.reason });
        return;
      case "error": {
        // How a platform of an earlier release answers a ping; nothing else that is sent here is unknown.
        if (message.code === "unsupported_message") return;
        const error = protocolError(message);
        if (!this.#socket.isJoined || closesSocket(error)) this.#socket.refused(error);
        else this.#options.handlers.error(error);
        return;
      }
      default:
        this.#options.handlers.message(message);
    }
  }

  #joined(message: Joined): void {
    const { callId, peerId, accepts = [] } = message;
    this.#accepts = accepts;
    // With a platform that does not rotate tokens, the earlier one stays valid.
    const reconnectToken = message.reconnectToken ?? this.resumeState?.reconnectToken ?? "";
    const seat = { callId, peerId, reconnectToken };
    this.#credentials = seat;
    this.#options.handlers.seated(seat);
    this.#socket.joined();
    const present = new Set<string>(message.call.peers.map((peer) => peer.peerId));
    for (const pending of this.#pending.take(present)) this.send(pending);
    this.#options.handlers.message(message);
  }
}

/** What a method rejects with that waited for a connection when it ended. */
function endingError({ reason, error }: Ending): RadistError {
  return (
    error ?? new RadistError(reason === "terminated" || reason === "idle" ? "call_terminated" : "connection_closed")
  );
}
