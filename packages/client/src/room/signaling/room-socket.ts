import type { IceFailureReason, RoomFeature, RoomServerMessage } from "@radist-tech/protocol";
import { TokenBucket } from "@radist-tech/protocol/timing";
import { attemptOf } from "../../core/attempts.ts";
import { ConnectionLost } from "../../core/connection-lost.ts";
import { closesSocket, protocolError, RadistError } from "../../core/errors.ts";
import { ReconnectingSocket } from "../../core/socket/reconnecting-socket.ts";
import type { SocketState } from "../../core/socket/socket-phase.ts";
import type { RoomEnding, RoomResumeState } from "../types.ts";
import { judgeRoomClose } from "./close-verdict.ts";
import { closeLateObject } from "./late-answers.ts";
import { type AnswerTo, Requests, type RoomRequest } from "./requests.ts";

export interface RoomSocketHandlers {
  /** A message that answers no request. */
  message(message: RoomServerMessage): void;
  /** The platform gave the seat, or a fresh token for it. */
  seated(seat: RoomResumeState): void;
  state(state: SocketState): void;
  /** An error that answers no request. */
  error(error: RadistError): void;
  ended(ending: RoomEnding): void;
}

/** How the first socket authenticates: by a fresh token, or by what an earlier page was given. */
export type RoomCredentials = { readonly roomToken: string } | RoomResumeState;

export interface RoomSocketOptions {
  /** `…/api/v1`, as http(s). */
  readonly apiBase: string;
  readonly publicKey: string;
  readonly credentials: RoomCredentials;
  readonly redundantAudio: boolean;
  readonly webSocketFactory: (url: string) => WebSocket;
  readonly handlers: RoomSocketHandlers;
}

const FEATURES: readonly RoomFeature[] = ["presence", "media", "resume", "data", "layers", "ice"];

/** Below the platform's limits for a socket: 200 at once, 50 per second. */
const RATE = { burst: 150, perSecond: 40 };

/** In a call, media continues without the socket. In a room it may be waiting for it, if it was the media server that died. */
const MAX_DELAY_MS = 3_000;

/** How long the answer to `leave-room` may take. */
const LEAVE_MS = 3_000;

/** Keeps one peer joined to its room, over any number of sockets, and carries requests and answers. */
export class RoomSocket {
  readonly #socket: ReconnectingSocket<RoomServerMessage, RoomEnding>;
  readonly #requests = new Requests(() => this.nudge());
  readonly #handlers: RoomSocketHandlers;
  #credentials: Record<string, string>;
  #unsent: string[] = [];
  #bucket = new TokenBucket(RATE, performance.now());
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isLeaving = false;
  /** What this release of the platform takes, beyond what all do. */
  #accepts: readonly string[] = [];

  constructor({ apiBase, publicKey, credentials, redundantAudio, webSocketFactory, handlers }: RoomSocketOptions) {
    this.#handlers = handlers;
    this.#credentials =
      "roomToken" in credentials
        ? { roomToken: credentials.roomToken, attempt: attemptOf(credentials.roomToken) }
        : // The earlier page had transports; this one has none.
          { ...credentials, transports: "new" };
    const base = `${apiBase.replace(/^http/, "ws")}/sfu/signaling/ws`;
    const features = [...FEATURES, ...(redundantAudio ? (["red"] satisfies RoomFeature[]) : [])].join();
    this.#socket = new ReconnectingSocket({
      url: () => `${base}?${new URLSearchParams({ publicKey, ...this.#credentials, features })}`,
      webSocketFactory,
      maxDelayMs: MAX_DELAY_MS,
      judge: (close) =>
        this.#isLeaving
          ? { reason: "left", code: close.code }
          : judgeRoomClose({ ...close, resuming: "resumeToken" in this.#credentials }),
      errorOf: ({ error }) => error ?? new RadistError("connection_closed"),
      handlers: {
        message: (message: RoomServerMessage, isCurrent) => {
          if (isCurrent) this.#receive(message);
        },
        state: (state) => {
          if (state !== "connected") this.#connectionLost();
          handlers.state(state);
        },
        ended: (ending) => handlers.ended(ending),
      },
    });
  }

  get state(): SocketState {
    return this.#socket.state;
  }

  /** Opens a (fresh) socket now. Resolves when it has joined; rejects when the connection ends instead. */
  connect(): Promise<void> {
    return this.#socket.connect();
  }

  /** Something suggests that the network changed. */
  nudge(): void {
    this.#socket.nudge();
  }

  /** Sends a request, in order and no faster than the platform allows. Rejects with its error, or with {@link ConnectionLost}. */
  request<Request extends RoomRequest>(request: Request): Promise<AnswerTo<Request>> {
    if (!this.#socket.isJoined) return Promise.reject(new ConnectionLost());
    return this.#requests.ask(request, (message) => {
      this.#unsent.push(JSON.stringify(message));
      this.#flush();
    });
  }

  /** Reports why media has no path, where the platform takes such reports. */
  reportFailure(reason: IceFailureReason): void {
    if (!this.#accepts.includes("ice-failure")) return;
    this.#socket.send(JSON.stringify({ type: "ice-failure", reason } satisfies RoomRequest));
  }

  /** Leaves the room: tells the platform if it can, and ends in any case. */
  async leave(): Promise<void> {
    if (this.#socket.state === "closed") return;
    if (this.sendLeave()) await this.#socket.endWithin(LEAVE_MS, { reason: "left" });
    else this.#socket.end({ reason: "left" });
  }

  /** Ends now, without telling the platform. */
  end(ending: RoomEnding): void {
    this.#socket.end(ending);
  }

  /** Tells the platform, ahead of all queued requests, that this seat becomes free. */
  sendLeave(): boolean {
    this.#isLeaving = this.#socket.send(JSON.stringify({ type: "leave-room" } satisfies RoomRequest));
    return this.#isLeaving;
  }

  #flush(): void {
    clearTimeout(this.#timer);
    while (this.#unsent.length > 0) {
      const waitMs = this.#bucket.take(performance.now());
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.#flush(), waitMs);
        return;
      }
      // A socket that is closing sends nothing; its end rejects all requests.
      this.#socket.send(this.#unsent.shift() ?? "");
    }
  }

  #connectionLost(): void {
    clearTimeout(this.#timer);
    this.#unsent = [];
    this.#requests.connectionLost();
  }

  #receive(message: RoomServerMessage): void {
    switch (message.type) {
      case "room-joined":
      case "room-resumed":
        this.#joined(message);
        return;
      case "pong":
        return;
      case "error":
        this.#error(message);
        return;
      default:
        if ("requestId" in message && this.#requests.settle(message.requestId, message)) return;
        this.#closeLate(message);
        this.#handlers.message(message);
    }
  }

  #closeLate(message: RoomServerMessage): void {
    const close = closeLateObject(message);
    // If this is lost, the next reconciliation finds the orphan.
    if (close) this.request(close).catch(() => undefined);
  }

  #joined(message: Extract<RoomServerMessage, { type: "room-joined" | "room-resumed" }>): void {
    const { roomId, peerId, resumeToken, accepts = [] } = message;
    this.#accepts = accepts;
    // Without a resume token there is no way back: the next socket tries the room token, and ends with its answer.
    if (resumeToken) {
      const seat = { roomId, peerId, resumeToken };
      this.#credentials = { ...seat };
      this.#handlers.seated(seat);
    }
    // New transports on the same socket: requests for the old ones will not be answered.
    if (this.#socket.isJoined) this.#connectionLost();
    else {
      this.#bucket = new TokenBucket(RATE, performance.now());
      this.#socket.joined();
    }
    this.#handlers.message(message);
  }

  #error(message: Extract<RoomServerMessage, { type: "error" }>): void {
    // How a platform of an earlier release answers a ping; every other message that is sent is known to it.
    if (message.code === "unsupported_message" && message.requestId === undefined) return;
    const error = protocolError(message);
    if (this.#requests.settle(message.requestId, error)) return;
    if (!this.#socket.isJoined || closesSocket(error)) this.#socket.refused(error);
    else this.#handlers.error(error);
  }
}
