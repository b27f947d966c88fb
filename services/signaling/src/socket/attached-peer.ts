import {
  CALL_LEFT_CLOSE,
  type CallId,
  type CallLeftReason,
  type CallSnapshot,
  type Epoch,
  type ErrorCode,
  type P2PFeature,
  type P2PServerMessage,
  type PeerId,
  type ProjectId,
} from "@radist-tech/protocol";
import type { CallView, SignalHead } from "@radist-tech/protocol/bus";
import type { IceHolder, PeerSocket } from "@radist-tech/sockets";
import { Unconfirmed } from "./unconfirmed.ts";

/** Of the ping that confirms a join; those for signals are numbers. */
const JOINED_MARK = "joined";

/** Which peer a socket belongs to, and under which claim. */
export interface PeerClaim {
  readonly projectId: ProjectId;
  readonly callId: CallId;
  readonly peerId: PeerId;
  readonly epoch: Epoch;
  /** In the usage ledger. */
  readonly sessionId: string;
}

export interface AttachedPeerOptions {
  readonly claim: PeerClaim;
  readonly socket: PeerSocket;
  readonly view: CallView;
  readonly features: readonly P2PFeature[];
  readonly maxUnsentBytes: number;
}

/** A peer whose socket this node holds: what was sent to it last, and what it may not have received yet. */
export class AttachedPeer implements PeerClaim, IceHolder {
  readonly projectId: ProjectId;
  readonly callId: CallId;
  readonly peerId: PeerId;
  readonly epoch: Epoch;
  readonly sessionId: string;
  readonly socket: PeerSocket;
  /** What its client asked to be told besides. */
  readonly features: ReadonlySet<P2PFeature>;
  /** The call as it was last sent to this peer. */
  view: CallView;
  iceRenewAt = Number.POSITIVE_INFINITY;
  /** Why the socket was released, if it was: its end is then no loss. */
  #released: CallLeftReason | undefined;
  /** When anything last arrived from the client; usage counts up to here. */
  #heardAt = Number.NEGATIVE_INFINITY;
  readonly #unconfirmed: Unconfirmed;
  readonly #maxUnsentBytes: number;
  /** Replayed signals may exceed the limit once more, or a peer that fell behind could never come back. */
  #replayedBytes = 0;
  readonly #lastOrigin = new Map<PeerId, SignalHead["origin"]>();

  constructor({ claim, socket, view, features, maxUnsentBytes }: AttachedPeerOptions) {
    this.projectId = claim.projectId;
    this.callId = claim.callId;
    this.peerId = claim.peerId;
    this.epoch = claim.epoch;
    this.sessionId = claim.sessionId;
    this.socket = socket;
    this.view = view;
    this.features = new Set(features);
    this.#maxUnsentBytes = maxUnsentBytes;
    this.#unconfirmed = new Unconfirmed((mark) => {
      if (socket.readyState === socket.OPEN) socket.ping(mark);
    });
    socket.on("pong", (mark) => this.#unconfirmed.confirm(mark.toString()));
  }

  /** Asks whether all that was sent until now has arrived. */
  askWhetherJoined(onConfirmed: () => void): void {
    const { socket } = this;
    const confirm = (mark: Buffer): void => {
      if (mark.toString() !== JOINED_MARK) return;
      socket.off("pong", confirm);
      onConfirmed();
    };
    socket.on("pong", confirm);
    if (this.isOpen) socket.ping(JOINED_MARK);
  }

  get released(): CallLeftReason | undefined {
    return this.#released;
  }

  /** Milliseconds since anything last arrived from the client; infinite when nothing has since its admission. */
  get silentMs(): number {
    return performance.now() - this.#heardAt;
  }

  heard(): void {
    this.#heardAt = performance.now();
  }

  /** False while the socket is closing: signals then wait for the peer's next one. */
  get isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  send(message: P2PServerMessage): void {
    this.#write(JSON.stringify(message));
  }

  /**
   * Sends a signal, and keeps it until the client is known to have received it.
   *
   * @param origin identifies a signal that is sent again because its answer was missed, or which an earlier socket of its
   *   sender sent before a later one was heard here; neither is sent to the client
   */
  signal(frame: string, origin: SignalHead["origin"]): void {
    if (!this.#isNew(origin)) return;
    this.#unconfirmed.add(frame);
    this.#write(frame);
  }

  /** Sends the signals that waited for the peer, in order. */
  replay(frames: readonly string[]): void {
    for (const frame of frames) {
      this.#unconfirmed.add(frame);
      this.socket.sendText(frame);
      this.#replayedBytes += Buffer.byteLength(frame);
    }
  }

  /** Signals that the client may not have received, in order. */
  takeUnconfirmed(): string[] {
    return this.#unconfirmed.take();
  }

  refuse(code: ErrorCode, detail?: { message?: string; requestId?: string | undefined }): void {
    this.socket.sendError(code, detail);
    this.#checkUnsent();
  }

  /** The peer no longer belongs to this socket: tells the client why, and closes. */
  release(reason: CallLeftReason, call: CallSnapshot, requestId?: string): void {
    this.#released = reason;
    const { callId, peerId } = this;
    this.send({ type: "call_left", callId, peerId, reason, call, ...(requestId === undefined ? {} : { requestId }) });
    this.socket.end(CALL_LEFT_CLOSE[reason], reason);
  }

  #isNew(origin: SignalHead["origin"]): boolean {
    const last = this.#lastOrigin.get(origin.peerId);
    if (last?.epoch === origin.epoch && last.count >= origin.count) return false;
    // The peer's own earlier sockets hand over what they could not deliver, in whichever order.
    if (last && last.epoch > origin.epoch && origin.peerId !== this.peerId) return false;
    this.#lastOrigin.set(origin.peerId, origin);
    return true;
  }

  #write(frame: string): void {
    this.socket.sendText(frame);
    this.#checkUnsent();
  }

  #checkUnsent(): void {
    const unsent = Math.max(this.socket.bufferedAmount, this.#unconfirmed.byteLength);
    if (unsent <= this.#maxUnsentBytes) this.#replayedBytes = 0;
    const allowed = this.#maxUnsentBytes + Math.min(this.#replayedBytes, this.#maxUnsentBytes);
    if (unsent > allowed && this.isOpen) {
      this.socket.refuse("slow_consumer", 1013);
    }
  }
}
