import {
  type Admitted,
  dropHeld,
  type HeldSignal,
  isUnanswered,
  type JoinContext,
  type Joined,
  joinCall,
  type PeerSession,
  type Reconnected,
  reconnectPeer,
  snapshot,
  view,
} from "@radist-tech/calls";
import { isUnavailable } from "@radist-tech/db";
import type { CallId, Epoch, P2PFeature, PeerId, ProjectId } from "@radist-tech/protocol";
import { pause } from "@radist-tech/protocol/timing";
import { ACCEPTS, type Keepalive, type PeerSocket } from "@radist-tech/sockets";
import type { Departures } from "../calls/departures.ts";
import type { EventFanout } from "../calls/event-fanout.ts";
import type { Reconciler } from "../calls/reconciler.ts";
import type { Takeover } from "../calls/takeover.ts";
import { callLimits, type NodeContext, ownerNode } from "../node/context.ts";
import type { SignalRouter } from "../signals/signal-router.ts";
import { AttachedPeer } from "./attached-peer.ts";
import type { ConnectionRequest } from "./connection-request.ts";
import { Conversation } from "./conversation.ts";

/** How `ws` reports a socket that ended without a close frame (RFC 6455, 7.1.5). */
const ABNORMAL = 1006;

/** How often, and how far apart in milliseconds, a used token is tried while its peer is unconfirmed. */
const LOSS_TRIES = 5;
const LOSS_MS = 200;

/** The epoch of a peer that joins. */
const FIRST_CLAIM = 1 as Epoch;

type Join = Extract<ConnectionRequest, { kind: "join" }>;
type Reconnect = Extract<ConnectionRequest, { kind: "reconnect" }>;

interface Parts {
  readonly fanout: EventFanout;
  readonly departures: Departures;
  readonly reconciler: Reconciler;
  readonly takeover: Takeover;
  readonly router: SignalRouter;
  readonly keepalive: Keepalive;
}

/** Admits sockets to their calls: stores the claim, answers, delivers what waited, notifies the others. */
export class Admission {
  readonly #node: NodeContext;
  readonly #parts: Parts;

  constructor(node: NodeContext, parts: Parts) {
    this.#node = node;
    this.#parts = parts;
  }

  /** @throws {Refusal} | {DatabaseUnavailable} */
  async admit(socket: PeerSocket, projectId: ProjectId, request: ConnectionRequest): Promise<void> {
    const { metrics } = this.#node;
    const { kind } = request;
    const done = metrics.admissionSeconds.startTimer();
    try {
      await (kind === "join" ? this.#join(socket, projectId, request) : this.#reconnect(socket, projectId, request));
      metrics.admissions.inc({ kind, outcome: "admitted" });
    } catch (error) {
      metrics.admissions.inc({ kind, outcome: "refused" });
      throw error;
    } finally {
      done();
    }
  }

  async #join(socket: PeerSocket, projectId: ProjectId, join: Join): Promise<void> {
    const { attachedPeers } = this.#node;
    const { fanout, departures } = this.#parts;
    const admitting = new Set<PeerId>();
    let unanswered: (() => void) | undefined;
    const begin = (callId: CallId, peerId: PeerId, tokenHash?: Uint8Array): void => {
      if (tokenHash) {
        const peer = { callId, peerId, epoch: FIRST_CLAIM, silentMs: Number.POSITIVE_INFINITY };
        unanswered = () => departures.withdraw(peer, tokenHash);
      }
      if (admitting.has(peerId)) return;
      admitting.add(peerId);
      attachedPeers.beginAdmission(peerId);
    };
    try {
      const context = this.#context(socket, projectId, (late: Joined) =>
        late.isAgain ? departures.lose(unheard(late), []) : this.#withdraw(late),
      );
      const admitted = await this.#seat(context, join, begin);
      fanout.send(admitted);
      const call = snapshot(admitted.call);
      const missed = await this.#endSuperseded(admitted);
      const attached = this.#attach(socket, projectId, admitted, join.features);
      const { callId, peerId } = attached;
      attached.send({
        type: "call_joined",
        callId,
        peerId,
        reconnectToken: admitted.reconnectToken,
        call,
        iceServers: this.#node.ice.issue(attached),
        accepts: ACCEPTS,
      });
      attached.askWhetherJoined(() => departures.confirm(attached));
      this.#replay(attached, admitted.held, missed);
      attachedPeers.add(attached);
      this.#open(attached);
    } catch (error) {
      // It may have been stored all the same, if only the answer to the COMMIT was lost.
      if (isUnavailable(error)) unanswered?.();
      throw error;
    } finally {
      for (const peerId of admitting) attachedPeers.endAdmission(peerId);
    }
  }

  /**
   * A token whose answer was lost can be used again as soon as the loss of the socket is known, which may be a moment
   * after its client knew of it.
   */
  async #seat(context: JoinContext, join: Join, begin: Parameters<typeof joinCall>[2]): Promise<Joined> {
    for (let tries = 1; ; tries++) {
      try {
        return await joinCall(context, join, begin);
      } catch (error) {
        if (tries === LOSS_TRIES || !(await isUnanswered(context.connection, join.callToken, error))) throw error;
      }
      await pause(LOSS_MS);
    }
  }

  /** @returns signals that the peer's own earlier socket may not have received, in order */
  async #endSuperseded({ peer, superseded, call }: Admitted): Promise<readonly string[]> {
    const frames = await Promise.all(
      superseded.map(async (earlier) => {
        const missed = await this.#parts.takeover.takeOver(earlier, snapshot(call));
        return earlier.peerId === peer.peerId ? missed : [];
      }),
    );
    return frames.flat();
  }

  async #reconnect(socket: PeerSocket, projectId: ProjectId, claim: Reconnect): Promise<void> {
    const { attachedPeers } = this.#node;
    const { fanout } = this.#parts;
    attachedPeers.beginAdmission(claim.peerId);
    try {
      const context = this.#context(socket, projectId, (late: Reconnected) =>
        this.#parts.departures.lose(unheard(late), []),
      );
      const admitted = await reconnectPeer(context, claim);
      fanout.send(admitted);
      const call = snapshot(admitted.call);
      const missed = await this.#endSuperseded(admitted);
      const attached = this.#attach(socket, projectId, admitted, claim.features);
      const { callId, peerId } = attached;
      attached.send({
        type: "call_reconnected",
        callId,
        peerId,
        call,
        reconnectToken: admitted.reconnectToken,
        iceServers: this.#node.ice.issue(attached),
        accepts: ACCEPTS,
      });
      this.#replay(attached, admitted.held, missed);
      attachedPeers.add(attached);
      this.#open(attached);
    } finally {
      attachedPeers.endAdmission(claim.peerId);
    }
  }

  /** Delivers what waited for the peer: what is stored, then what its earlier socket may not have received. */
  #replay(attached: AttachedPeer, held: readonly HeldSignal[], missed: readonly string[]): void {
    const { connection, logger } = this.#node;
    const { callId, peerId } = attached;
    attached.replay(held.map(({ frame }) => frame));
    attached.replay(missed);
    dropHeld(
      connection,
      held.map(({ id }) => id),
    ).catch((error: unknown) =>
      logger.warn({ err: error, callId, peerId }, "delivered signals stay held and will be delivered again"),
    );
  }

  #context<T>(socket: PeerSocket, projectId: ProjectId, onLate: (late: T) => void) {
    const node = this.#node;
    const silentMs = (peerId: PeerId) => node.attachedPeers.get(peerId)?.silentMs ?? Number.POSITIVE_INFINITY;
    return {
      connection: node.connection,
      projectId,
      ownerNode: ownerNode(node),
      limits: callLimits(node),
      silentMs,
      onLate,
      isWanted: () => socket.readyState === socket.OPEN,
    };
  }

  #attach(
    socket: PeerSocket,
    projectId: ProjectId,
    { call, peer, sessionId }: Admitted,
    features: readonly P2PFeature[],
  ): AttachedPeer {
    const claim = { projectId, callId: call.callId, peerId: peer.peerId, epoch: peer.epoch, sessionId };
    const { MAX_UNSENT_BYTES: maxUnsentBytes } = this.#node.limits;
    return new AttachedPeer({ claim, socket, view: view(call), features, maxUnsentBytes });
  }

  #open(attached: AttachedPeer): void {
    const { keepalive, departures, reconciler } = this.#parts;
    const { attachedPeers } = this.#node;
    const { socket } = attached;
    const lost = (): void => {
      if (attachedPeers.remove(attached) && !attached.released) departures.lose(attached, attached.takeUnconfirmed());
    };
    // It may have closed while its claim was being stored.
    if (socket.readyState === socket.CLOSED) return lost();
    socket.on("close", (code: number) => {
      if (code !== ABNORMAL) attached.heard();
      lost();
      if (attached.released === "terminated") departures.end(attached);
    });
    const conversation = new Conversation(this.#node, attached, this.#parts);
    keepalive.watch(socket);
    const heard = (): void => {
      keepalive.heard(socket);
      attached.heard();
    };
    socket.on("pong", heard);
    socket.on("ping", heard);
    socket.on("message", (data: Buffer, isBinary: boolean) => {
      heard();
      conversation.handle(data, isBinary);
    });
    if (attachedPeers.isInDoubt(attached.peerId)) reconciler.reconcile(attached);
  }

  /** Nobody waits for this join any more: its seat and its token are free again. */
  #withdraw(late: Joined): void {
    this.#parts.departures.withdraw(unheard(late), late.tokenHash);
  }
}

/** A peer that was admitted too late for its socket: nobody has heard it under this claim. */
const unheard = ({ call, peer, sessionId }: Admitted): PeerSession => ({
  callId: call.callId,
  peerId: peer.peerId,
  epoch: peer.epoch,
  sessionId,
  silentMs: Number.POSITIVE_INFINITY,
});
