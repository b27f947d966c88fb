import { isUnavailable } from "@radist-tech/db";
import {
  ERRORS,
  type ErrorCode,
  type NodeId,
  type PeerId,
  type ProtocolError,
  Refusal,
  ROOM_FEATURES,
} from "@radist-tech/protocol";
import { RelayBatch, type RoomEntered, RoomEntry, type SessionId, SFU_SUBJECTS } from "@radist-tech/protocol/bus";
import { Fenced } from "@radist-tech/rooms";
import type { Homes } from "../home/homes.ts";
import type { RoomHome } from "../home/room-home.ts";
import type { NodeContext } from "../node/context.ts";
import { Backlog } from "../socket/backlog.ts";
import type { PeerSession } from "../socket/peer-session.ts";
import { readRoomMessage } from "../socket/read-message.ts";
import { RelayReceiver } from "./relay-receiver.ts";
import { GONE, RelaySender, TAKEN } from "./relay-sender.ts";

/** How much more may wait than at a socket: the bus may stall for a moment, which does not make a client slow. */
const PATIENCE_FACTOR = 8;

/** Another node's socket, as the home sees it. */
class RelayedSession implements PeerSession {
  readonly id: SessionId;
  readonly nodeId: NodeId;
  readonly nodeEpoch: number;
  readonly room: RoomHome;
  readonly toFront: RelaySender;
  /** Known once it is admitted. */
  peerId: PeerId | undefined;
  readonly fromFront = new RelayReceiver();
  /** The socket is being closed; what still comes from it is ignored. */
  isOver = false;
  #heardAt = performance.now();
  readonly #backlog: Backlog;

  constructor(room: RoomHome, entry: RoomEntry, toFront: RelaySender, maxUnsentBytes: number) {
    this.id = entry.session;
    this.nodeId = entry.front;
    this.nodeEpoch = entry.frontEpoch;
    this.room = room;
    this.toFront = toFront;
    this.#backlog = new Backlog(PATIENCE_FACTOR * maxUnsentBytes);
  }

  get silentMs(): number {
    return performance.now() - this.#heardAt;
  }

  heard(agoMs = 0): void {
    this.#heardAt = Math.max(this.#heardAt, performance.now() - agoMs);
  }

  send(frame: string): void {
    this.toFront.add(frame);
    if (!this.isOver && this.#backlog.isTooLong(frame.length, this.toFront.waiting)) {
      this.end(ERRORS.unavailable.close, "unavailable");
    }
  }

  end(close: number, code?: ErrorCode): void {
    this.isOver = true;
    this.toFront.end({ code: close, reason: code ?? "left" });
  }
}

/** The peers of rooms at home here whose sockets are on other nodes. */
export class RemotePeers {
  readonly #node: NodeContext;
  readonly #homes: Homes;
  readonly #sessions = new Map<SessionId, RelayedSession>();

  constructor(node: NodeContext, homes: Homes) {
    this.#node = node;
    this.#homes = homes;
  }

  /** The nodes that sockets are on. */
  get nodes(): NodeId[] {
    return [...new Set([...this.#sessions.values()].map(({ nodeId }) => nodeId))];
  }

  /** A socket on another node asks to be admitted. */
  async admit(data: Uint8Array): Promise<Uint8Array> {
    const entry = RoomEntry.parse(JSON.parse(Buffer.from(data).toString()));
    return Buffer.from(JSON.stringify(await this.#admit(entry)));
  }

  /** Takes what a client on another node sent. */
  receive(data: Uint8Array): Uint8Array {
    const batch = RelayBatch.parse(JSON.parse(Buffer.from(data).toString()));
    const session = this.#sessions.get(batch.session);
    if (!session) return Buffer.from(GONE);
    const frames = session.fromFront.take(batch);
    if (frames) {
      session.heard(batch.silentMs);
      for (const frame of frames) this.#handle(session, frame);
      if (batch.end && !session.isOver) this.#lost(session);
    }
    return Buffer.from(TAKEN);
  }

  /** Asks the nodes of clients that have not been heard for long whether they still have them. */
  askAfter(silentMs: number): void {
    for (const session of this.#sessions.values()) if (session.silentMs > silentMs) session.toFront.signOfLife();
  }

  nodesDied(isGone: (node: NodeId, epoch: number) => boolean): void {
    for (const session of this.#sessions.values()) {
      if (isGone(session.nodeId, session.nodeEpoch)) this.#lost(session);
    }
  }

  async #admit(entry: RoomEntry): Promise<RoomEntered> {
    const { roomId, epoch } = entry;
    const tokenHash = Buffer.from(entry.tokenHash, "base64url");
    const room = this.#homes.get(roomId, epoch);
    if (!room) {
      // The node that asks will claim it: what is still to be stored comes first.
      await this.#homes.released(roomId);
      return { outcome: "not_home" };
    }
    const toFront = new RelaySender({
      bus: this.#node.bus,
      subject: SFU_SUBJECTS.outbound(entry.front),
      session: entry.session,
      onBroken: () => this.#lost(session),
      onEnded: () => this.#lost(session),
    });
    const session = new RelayedSession(room, entry, toFront, this.#node.limits.MAX_UNSENT_BYTES);
    this.#sessions.set(session.id, session);
    try {
      const peerId = await room.admit(session, {
        projectId: entry.projectId,
        tokenHash,
        attemptHash:
          entry.kind === "join" && entry.attemptHash !== undefined ? Buffer.from(entry.attemptHash, "base64url") : null,
        features: new Set(ROOM_FEATURES.filter((feature) => entry.features.includes(feature))),
        ...(entry.kind === "resume" && { peerId: entry.peerId, needsTransports: entry.needsTransports === true }),
      });
      session.peerId = peerId;
      // Given up by its node while it was being admitted.
      if (!this.#sessions.has(session.id)) {
        if (entry.kind === "join") room.withdraw(peerId, tokenHash);
        else room.lost(peerId, session.id, session.silentMs);
      }
      return { outcome: "entered", peerId };
    } catch (error) {
      this.#sessions.delete(session.id);
      toFront.stop();
      if (error instanceof Fenced) return { outcome: "not_home" };
      if (!(error instanceof Refusal) && !isUnavailable(error)) throw error;
      const { code, message } = error instanceof Refusal ? error : new Refusal("unavailable");
      return { outcome: "refused", code, message };
    }
  }

  /** Its own node has accepted it; a node of another release may accept more than this one understands. */
  #handle(session: RelayedSession, text: string): void {
    const { id, room, peerId, isOver } = session;
    if (peerId === undefined || isOver) return;
    const read = readRoomMessage(text);
    if (!("code" in read)) return room.handle(peerId, id, read.message);
    this.#node.metrics.errors.inc({ code: read.code });
    const error: ProtocolError = { type: "error", ...read };
    session.send(JSON.stringify(error));
  }

  #lost(session: RelayedSession): void {
    if (!this.#sessions.delete(session.id)) return;
    session.toFront.stop();
    if (session.peerId !== undefined) session.room.lost(session.peerId, session.id, session.silentMs);
  }
}
