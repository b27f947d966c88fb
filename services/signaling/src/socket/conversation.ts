import { randomUUID } from "node:crypto";
import { isLatestClaim, snapshot } from "@radist-tech/calls";
import { isUnavailable } from "@radist-tech/db";
import { ERRORS, type ErrorCode, P2PClientMessage } from "@radist-tech/protocol";
import { Intake, messageReader } from "@radist-tech/sockets";
import type { Departures } from "../calls/departures.ts";
import type { Reconciler } from "../calls/reconciler.ts";
import type { NodeContext } from "../node/context.ts";
import { signalFrame } from "../signals/frame.ts";
import type { SignalRouter } from "../signals/signal-router.ts";
import { TaskQueue } from "../signals/task-queue.ts";
import type { AttachedPeer } from "./attached-peer.ts";

/** Maximum number of signals of one sender that wait for a silent node. */
const MAX_PENDING = 256;

export const readMessage = messageReader(P2PClientMessage);

interface ConversationParts {
  readonly router: SignalRouter;
  readonly departures: Departures;
  readonly reconciler: Reconciler;
}

/** Handles what an admitted client sends. */
export class Conversation {
  readonly #node: NodeContext;
  readonly #attached: AttachedPeer;
  readonly #router: SignalRouter;
  readonly #departures: Departures;
  readonly #reconciler: Reconciler;
  readonly #intake: Intake<P2PClientMessage>;
  readonly #queue = new TaskQueue(MAX_PENDING);
  #signals = 0;
  #isLeaving = false;
  /** A signal could not be delivered after the peer had said that it leaves: those behind it are not tried. */
  #isCutShort = false;

  constructor(node: NodeContext, attached: AttachedPeer, { router, departures, reconciler }: ConversationParts) {
    this.#node = node;
    this.#attached = attached;
    this.#router = router;
    this.#departures = departures;
    this.#reconciler = reconciler;
    const { MESSAGES_PER_SECOND: perSecond, MESSAGE_BURST: burst, RATE_LIMIT_PATIENCE_MS: patienceMs } = node.limits;
    this.#intake = new Intake({
      socket: attached.socket,
      limits: { perSecond, burst, patienceMs },
      read: readMessage,
      refuse: (...error) => this.#refuse(...error),
      count: (code) => this.#count(code),
      pong: (pong) => attached.send(pong),
      iceFailed: (failure) => node.metrics.iceFailures.count(failure),
    });
  }

  handle(data: Buffer, isBinary: boolean): void {
    if (this.#isLeaving || this.#attached.released) return;
    const taken = this.#intake.take(data, isBinary);
    if (taken) this.#dispatch(taken.message, taken.text);
  }

  #dispatch(message: Exclude<P2PClientMessage, { type: "ping" | "ice-failure" }>, text: string): void {
    switch (message.type) {
      case "signal":
        return this.#signal(message, text);
      case "leave":
        this.#isLeaving = true;
        return this.#queue.push(() => this.#leave(message.requestId));
    }
  }

  #signal(message: Extract<P2PClientMessage, { type: "signal" }>, text: string): void {
    const { callId, peerId, epoch, view } = this.#attached;
    const { targetPeerId, signalType, requestId } = message;
    const known = view.peers.find((peer) => peer.peerId === targetPeerId);
    if (targetPeerId === peerId) return this.#refuse("peer_not_found", requestId);
    const frame = signalFrame(text, { callId, from: peerId, signalType, at: new Date() });
    const target = { callId, peerId: targetPeerId };
    const { connection, lease } = this.#node;
    const isTrusted = lease.isTrusted();
    const origin = { peerId, epoch, count: ++this.#signals };
    if (isTrusted && this.#queue.isIdle && known && this.#router.deliverHere(target, known, frame, origin)) return;
    if (this.#queue.isFull) return this.#refuse("peer_not_connected", requestId);
    const isOver = this.#router.patience(() => this.#isLeaving);
    // What was sent on a socket that is lost, or to a frozen process, must not arrive after what the peer has since sent
    // elsewhere.
    const isCurrent = async (): Promise<boolean> =>
      (isTrusted && this.#attached.isOpen) || isLatestClaim(connection, this.#attached);
    this.#queue.push(async () => {
      if (this.#isCutShort) return this.#refuse("peer_not_connected", requestId);
      try {
        // One that is not in the view may have joined on another node a moment ago: the database knows.
        const now = this.#attached.view.peers.find((peer) => peer.peerId === targetPeerId);
        const route = now?.status === "connected" ? now : undefined;
        // Without it, signals to peers that are here do not wait for one to a peer that may not exist.
        const persistence = { isOver, isCurrent, waitsForDatabase: now !== undefined };
        const refused = await this.#router.deliver(target, origin, route, frame, persistence);
        if (!refused) return;
        if (this.#isLeaving && refused === "peer_not_connected") this.#isCutShort = true;
        this.#refuse(refused, requestId);
      } catch (error) {
        this.#fail(error, requestId);
      }
    });
  }

  async #leave(requestId: string | undefined): Promise<void> {
    try {
      const done = await this.#departures.leave(this.#attached);
      if (!done) {
        // Another socket claimed the peer, or the call ended, while this was under way: the comparison says which.
        return this.#reconciler.reconcile(this.#attached);
      }
      this.#node.attachedPeers.remove(this.#attached);
      this.#attached.release("left", snapshot(done.call), requestId);
    } catch (error) {
      this.#fail(error, requestId);
    }
  }

  #refuse(code: ErrorCode, requestId?: string, message?: string): void {
    this.#count(code);
    this.#attached.refuse(code, { requestId, ...(message === undefined ? {} : { message }) });
  }

  #fail(error: unknown, requestId: string | undefined): void {
    const { callId, peerId, socket } = this.#attached;
    const code = isUnavailable(error) ? "unavailable" : "internal_error";
    this.#count(code);
    if (code === "unavailable") return socket.refuse(code, ERRORS[code].close, { requestId });
    const errorId = requestId ?? randomUUID();
    this.#node.logger.error({ err: error, callId, peerId, requestId: errorId }, "a message could not be handled");
    socket.refuse(code, ERRORS[code].close, { requestId: errorId });
  }

  #count(code: ErrorCode): void {
    this.#node.metrics.errors.inc({ code });
  }
}
