import {
  type Admitted,
  dropHeld,
  type Joined,
  joinCall,
  type PeerSession,
  type Reconnected,
  reconnectPeer,
  snapshot,
  view,
} from "@radist-tech/calls";
import { isUnavailable } from "@radist-tech/db";
import type { Epoch, PeerId, ProjectId } from "@radist-tech/protocol";
import type { Keepalive, PeerSocket } from "@radist-tech/sockets";
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

  async #join(socket: PeerSocket, projectId: ProjectId, { callToken }: Join): Promise<void> {
    const { attachedPeers } = this.#node;
    const { fanout, departures } = this.#parts;
    let admitting: PeerId | undefined;
    let unanswered: (() => void) | undefined;
    try {
      const context = this.#context(projectId, (late: Joined) => this.#withdraw(late));
      const admitted = await joinCall(context, callToken, (callId, peerId, tokenHash) => {
        admitting = peerId;
        const peer = { callId, peerId, epoch: FIRST_CLAIM, silentMs: Number.POSITIVE_INFINITY };
        unanswered = () => departures.withdraw(peer, tokenHash);
        attachedPeers.beginAdmission(peerId);
      });
      const attached = this.#attach(socket, projectId, admitted);
      const { callId, peerId } = attached;
      const call = snapshot(admitted.call);
      attached.send({
        type: "call_joined",
        callId,
        peerId,
        reconnectToken: admitted.reconnectToken,
        call,
        iceServers: this.#iceServers,
      });
      fanout.send(admitted);
      attachedPeers.add(attached);
      this.#open(attached);
    } catch (error) {
      // It may have been stored all the same, if only the answer to the COMMIT was lost.
      if (isUnavailable(error)) unanswered?.();
      throw error;
    } finally {
      if (admitting !== undefined) attachedPeers.endAdmission(admitting);
    }
  }

  async #reconnect(socket: PeerSocket, projectId: ProjectId, claim: Reconnect): Promise<void> {
    const { attachedPeers, connection, logger } = this.#node;
    const { fanout, takeover } = this.#parts;
    attachedPeers.beginAdmission(claim.peerId);
    try {
      const context = this.#context(projectId, (late: Reconnected) => this.#parts.departures.lose(unheard(late), []));
      const admitted = await reconnectPeer(context, claim);
      fanout.send(admitted);
      const call = snapshot(admitted.call);
      const missed = admitted.superseded ? await takeover.takeOver(admitted.superseded, call) : [];
      const attached = this.#attach(socket, projectId, admitted);
      const { callId, peerId } = attached;
      attached.send({
        type: "call_reconnected",
        callId,
        peerId,
        call,
        reconnectToken: admitted.reconnectToken,
        iceServers: this.#iceServers,
      });
      attached.replay(admitted.held.map(({ frame }) => frame));
      attached.replay(missed);
      attachedPeers.add(attached);
      this.#open(attached);
      dropHeld(
        connection,
        admitted.held.map(({ id }) => id),
      ).catch((error: unknown) =>
        logger.warn({ err: error, callId, peerId }, "delivered signals stay held and will be delivered again"),
      );
    } finally {
      attachedPeers.endAdmission(claim.peerId);
    }
  }

  get #iceServers() {
    return this.#node.limits.ICE_SERVERS;
  }

  #context<T>(projectId: ProjectId, onLate: (late: T) => void) {
    const node = this.#node;
    const silentMs = (peerId: PeerId) => node.attachedPeers.get(peerId)?.silentMs ?? Number.POSITIVE_INFINITY;
    return {
      connection: node.connection,
      projectId,
      ownerNode: ownerNode(node),
      limits: callLimits(node),
      silentMs,
      onLate,
    };
  }

  #attach(socket: PeerSocket, projectId: ProjectId, { call, peer, sessionId }: Admitted): AttachedPeer {
    const claim = { projectId, callId: call.callId, peerId: peer.peerId, epoch: peer.epoch, sessionId };
    return new AttachedPeer(claim, socket, view(call), this.#node.limits.MAX_UNSENT_BYTES);
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
