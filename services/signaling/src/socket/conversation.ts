import { randomUUID } from "node:crypto";
import { isLatestClaim, snapshot } from "@radist-tech/calls";
import { isUnavailable, type Transaction } from "@radist-tech/db";
import { ERRORS, type ErrorCode, P2PClientMessage } from "@radist-tech/protocol";
import { Intake, messageReader } from "@radist-tech/sockets";
import { closeSession } from "@radist-tech/usage";
import type { Catching } from "../calls/catching.ts";
import type { Departing } from "../calls/departing.ts";
import type { NodeContext } from "../node/context.ts";
import { signalFrame } from "../signals/frame.ts";
import { Outbox } from "../signals/outbox.ts";
import type { Routing } from "../signals/routing.ts";
import type { Seat } from "./seat.ts";

/** Signals of one sender that may wait for a silent node. */
const MAX_PENDING = 256;

export const readMessage = messageReader(P2PClientMessage);

interface ConversationParts {
  readonly routing: Routing;
  readonly departing: Departing;
  readonly catching: Catching;
}

/** What a seated client says, and what comes of it. */
export class Conversation {
  readonly #node: NodeContext;
  readonly #seat: Seat;
  readonly #routing: Routing;
  readonly #departing: Departing;
  readonly #catching: Catching;
  readonly #intake: Intake<P2PClientMessage>;
  readonly #outbox = new Outbox(MAX_PENDING);
  #signals = 0;
  #isLeaving = false;

  constructor(node: NodeContext, seat: Seat, { routing, departing, catching }: ConversationParts) {
    this.#node = node;
    this.#seat = seat;
    this.#routing = routing;
    this.#departing = departing;
    this.#catching = catching;
    const { MESSAGES_PER_SECOND: perSecond, MESSAGE_BURST: burst, RATE_LIMIT_PATIENCE_MS: patienceMs } = node.limits;
    this.#intake = new Intake({
      socket: seat.socket,
      limits: { perSecond, burst, patienceMs },
      read: readMessage,
      refuse: (...error) => this.#refuse(...error),
      count: (code) => this.#count(code),
    });
  }

  hear(data: Buffer, isBinary: boolean): void {
    if (this.#isLeaving || this.#seat.released) return;
    const taken = this.#intake.take(data, isBinary);
    if (taken) this.#handle(taken.message, taken.text);
  }

  #handle(message: P2PClientMessage, text: string): void {
    switch (message.type) {
      case "signal":
        return this.#signal(message, text);
      case "leave":
        this.#isLeaving = true;
        return this.#outbox.push(() => this.#leave(message.requestId));
    }
  }

  #signal(message: Extract<P2PClientMessage, { type: "signal" }>, text: string): void {
    const { callId, peerId, epoch, view } = this.#seat;
    const { targetPeerId, signalType, requestId } = message;
    const known = view.peers.find((peer) => peer.peerId === targetPeerId);
    if (!known || targetPeerId === peerId) return this.#refuse("peer_not_found", requestId);
    const frame = signalFrame(text, { callId, from: peerId, signalType, at: new Date() });
    const target = { callId, peerId: targetPeerId };
    const { connection, lease } = this.#node;
    const isTrusted = lease.isTrusted();
    if (isTrusted && this.#outbox.isIdle && this.#routing.deliverHere(target, known, frame)) return;
    if (this.#outbox.isFull) return this.#refuse("peer_not_connected", requestId);
    const origin = { peerId, epoch, count: ++this.#signals };
    this.#outbox.push(async () => {
      try {
        // What was said to a process while it was frozen must not follow what the peer has said elsewhere meanwhile.
        if (!isTrusted && !(await isLatestClaim(connection, this.#seat))) return this.#refuse("unavailable", requestId);
        const now = this.#seat.view.peers.find((peer) => peer.peerId === targetPeerId);
        const route = now?.status === "connected" ? now : undefined;
        const refused = await this.#routing.deliver(target, origin, route, frame);
        if (refused) this.#refuse(refused, requestId);
      } catch (error) {
        this.#fail(error, requestId);
      }
    });
  }

  async #leave(requestId: string | undefined): Promise<void> {
    const { callId, peerId, epoch } = this.#seat;
    try {
      const close = (tx: Transaction) => closeSession(tx, { subjectId: callId, peerId }, "left", this.#seat.silentMs);
      const stored = await this.#departing.depart(callId, { type: "leave", peerId, epoch }, close);
      if (!stored) {
        // The seat went to another claim, or the call ended, while this was under way: the comparison says which.
        this.#node.metrics.fenced.inc();
        return this.#catching.catchUp(this.#seat);
      }
      this.#node.seats.remove(this.#seat);
      this.#seat.release("left", snapshot(stored.call), requestId);
    } catch (error) {
      this.#fail(error, requestId);
    }
  }

  #refuse(code: ErrorCode, requestId?: string, message?: string): void {
    this.#count(code);
    this.#seat.refuse(code, { requestId, ...(message === undefined ? {} : { message }) });
  }

  #fail(error: unknown, requestId: string | undefined): void {
    const { callId, peerId, socket } = this.#seat;
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
