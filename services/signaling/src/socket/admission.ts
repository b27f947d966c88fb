import { type Admitted, dropHeld, joinCall, type Readmitted, reconnectPeer, snapshot, view } from "@radist-tech/calls";
import type { Transaction } from "@radist-tech/db";
import type { PeerId, ProjectId } from "@radist-tech/protocol";
import type { Keepalive, PeerSocket } from "@radist-tech/sockets";
import { closeSession } from "@radist-tech/usage";
import type { Catching } from "../calls/catching.ts";
import type { Departing } from "../calls/departing.ts";
import type { Releasing } from "../calls/releasing.ts";
import type { Telling } from "../calls/telling.ts";
import { callLimits, home, type NodeContext } from "../node/context.ts";
import type { Routing } from "../signals/routing.ts";
import type { ConnectionRequest } from "./connection-request.ts";
import { Conversation } from "./conversation.ts";
import { Seat } from "./seat.ts";

/** How `ws` tells of a socket that ended without a close frame (RFC 6455, 7.1.5). */
const ABNORMAL = 1006;

type Join = Extract<ConnectionRequest, { kind: "join" }>;
type Reconnect = Extract<ConnectionRequest, { kind: "reconnect" }>;

interface Parts {
  readonly telling: Telling;
  readonly departing: Departing;
  readonly catching: Catching;
  readonly releasing: Releasing;
  readonly routing: Routing;
  readonly keepalive: Keepalive;
}

/** Gives sockets their seats: stores the claim, answers, lets in what waited, tells the others. */
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
    const { seats } = this.#node;
    const { telling } = this.#parts;
    let admitting: PeerId | undefined;
    try {
      const context = this.#context(projectId, (late: Admitted & { undo: () => Promise<void> }) =>
        this.#withdraw(late),
      );
      const admitted = await joinCall(context, callToken, (_callId, peerId) => {
        admitting = peerId;
        seats.beginAdmission(peerId);
      });
      const seat = this.#seat(socket, projectId, admitted);
      const { callId, peerId } = seat;
      const call = snapshot(admitted.call);
      seat.tell({
        type: "call_joined",
        callId,
        peerId,
        reconnectToken: admitted.reconnectToken,
        call,
        iceServers: this.#iceServers,
      });
      telling.tell(admitted);
      seats.add(seat);
      this.#open(seat);
    } finally {
      if (admitting !== undefined) seats.endAdmission(admitting);
    }
  }

  async #reconnect(socket: PeerSocket, projectId: ProjectId, claim: Reconnect): Promise<void> {
    const { seats, connection, logger } = this.#node;
    const { telling, releasing } = this.#parts;
    seats.beginAdmission(claim.peerId);
    try {
      const context = this.#context(projectId, (late: Readmitted) => {
        const { peerId, epoch } = late.peer;
        const silentMs = Number.POSITIVE_INFINITY;
        this.#parts.departing.lost({ callId: late.call.callId, peerId, epoch, silentMs }, []);
      });
      const admitted = await reconnectPeer(context, claim);
      telling.tell(admitted);
      const call = snapshot(admitted.call);
      const missed = admitted.superseded ? await releasing.takeOver(admitted.superseded, call) : [];
      const seat = this.#seat(socket, projectId, admitted);
      const { callId, peerId } = seat;
      seat.tell({
        type: "call_reconnected",
        callId,
        peerId,
        call,
        reconnectToken: admitted.reconnectToken,
        iceServers: this.#iceServers,
      });
      seat.replay(admitted.held.map(({ frame }) => frame));
      seat.replay(missed);
      seats.add(seat);
      this.#open(seat);
      dropHeld(
        connection,
        admitted.held.map(({ id }) => id),
      ).catch((error: unknown) => logger.warn({ err: error, callId, peerId }, "delivered signals stay held"));
    } finally {
      seats.endAdmission(claim.peerId);
    }
  }

  get #iceServers() {
    return this.#node.limits.ICE_SERVERS;
  }

  #context<T>(projectId: ProjectId, onLate: (late: T) => void) {
    const node = this.#node;
    const silentMs = (peerId: PeerId) => node.seats.get(peerId)?.silentMs ?? Number.POSITIVE_INFINITY;
    return { connection: node.connection, projectId, home: home(node), limits: callLimits(node), silentMs, onLate };
  }

  #seat(socket: PeerSocket, projectId: ProjectId, { call, peer, sessionId }: Admitted): Seat {
    const sitter = { projectId, callId: call.callId, peerId: peer.peerId, epoch: peer.epoch, sessionId };
    return new Seat(sitter, socket, view(call), this.#node.limits.MAX_UNSENT_BYTES);
  }

  #open(seat: Seat): void {
    const { keepalive, departing, catching } = this.#parts;
    const { seats } = this.#node;
    const { socket } = seat;
    const lost = (): void => {
      if (seats.remove(seat) && !seat.released) departing.lost(seat, seat.takeUnconfirmed());
    };
    // It may have gone while its claim was being stored.
    if (socket.readyState === socket.CLOSED) return lost();
    socket.on("close", (code: number) => {
      if (code !== ABNORMAL) seat.heard();
      lost();
      if (seat.released === "terminated") departing.ended(seat);
    });
    const conversation = new Conversation(this.#node, seat, this.#parts);
    keepalive.watch(socket);
    const heard = (): void => {
      keepalive.heard(socket);
      seat.heard();
    };
    socket.on("pong", heard);
    socket.on("ping", heard);
    socket.on("message", (data: Buffer, isBinary: boolean) => {
      heard();
      conversation.hear(data, isBinary);
    });
    if (seats.isInDoubt(seat.peerId)) catching.catchUp(seat);
  }

  /** Nobody waits for this join any more: the seat and the token are free again. */
  #withdraw({ call, peer, undo }: Admitted & { undo: () => Promise<void> }): void {
    const { logger } = this.#node;
    const event = { type: "withdraw", peerId: peer.peerId, epoch: peer.epoch } as const;
    const close = (tx: Transaction) =>
      closeSession(tx, { subjectId: call.callId, peerId: peer.peerId }, "withdrawn", Number.POSITIVE_INFINITY);
    Promise.all([this.#parts.departing.depart(call.callId, event, close), undo()]).catch((error: unknown) =>
      logger.warn({ err: error, callId: call.callId, peerId: peer.peerId }, "a late join was not taken back"),
    );
  }
}
