import { isUnavailable } from "@radist-tech/db";
import {
  ERRORS,
  type ErrorCode,
  type NodeId,
  type PeerId,
  Refusal,
  ROOM_FEATURES,
  RoomClientMessage,
} from "@radist-tech/protocol";
import { RelayBatch, type RoomEntered, RoomEntry, type SessionId, SFU_SUBJECTS } from "@radist-tech/protocol/bus";
import { Fenced } from "@radist-tech/rooms";
import type { Homes } from "../home/homes.ts";
import type { LiveRoom } from "../home/room-home.ts";
import type { NodeContext } from "../node/context.ts";
import { Backlog } from "../socket/backlog.ts";
import type { PeerSession } from "../socket/peer-session.ts";
import { Incoming } from "./relay-receiver.ts";
import { Batches, GONE, TAKEN } from "./relay-sender.ts";

/** The bus may stand still for a moment, and no client is slow for that: so much more may wait than at a socket. */
const PATIENCE_FACTOR = 8;

/** Another node's socket, as the home sees it. */
class RelayedSession implements PeerSession {
  readonly id: SessionId;
  readonly nodeId: NodeId;
  readonly nodeEpoch: number;
  readonly room: LiveRoom;
  readonly toFront: Batches;
  /** Known once it has its place. */
  peerId: PeerId | undefined;
  readonly fromFront = new Incoming();
  /** The socket is to be closed; what still comes from it concerns nobody. */
  isOver = false;
  #heardAt = performance.now();
  readonly #waiting: Backlog;

  constructor(room: LiveRoom, entry: RoomEntry, toFront: Batches) {
    this.id = entry.session;
    this.nodeId = entry.front;
    this.nodeEpoch = entry.frontEpoch;
    this.room = room;
    this.toFront = toFront;
    this.#waiting = new Backlog(PATIENCE_FACTOR * room.node.limits.MAX_UNSENT_BYTES);
  }

  get silentMs(): number {
    return performance.now() - this.#heardAt;
  }

  heard(agoMs = 0): void {
    this.#heardAt = Math.max(this.#heardAt, performance.now() - agoMs);
  }

  tell(frame: string): void {
    this.toFront.add(frame);
    if (!this.isOver && this.#waiting.isTooLong(frame.length, this.toFront.waiting)) {
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

  /** A socket on another node wants its place. */
  async enter(data: Uint8Array): Promise<Uint8Array> {
    const entry = RoomEntry.parse(JSON.parse(Buffer.from(data).toString()));
    return Buffer.from(JSON.stringify(await this.#enter(entry)));
  }

  /** Takes what a client on another node said. */
  receive(data: Uint8Array): Uint8Array {
    const batch = RelayBatch.parse(JSON.parse(Buffer.from(data).toString()));
    const session = this.#sessions.get(batch.session);
    if (!session) return Buffer.from(GONE);
    const frames = session.fromFront.take(batch);
    if (frames) {
      session.heard(batch.silentMs);
      const { room, peerId } = session;
      for (const frame of frames) {
        if (peerId !== undefined && !session.isOver)
          room.hear(peerId, session.id, RoomClientMessage.parse(JSON.parse(frame)));
      }
      if (batch.end && !session.isOver) this.#lost(session);
    }
    return Buffer.from(TAKEN);
  }

  nodesDied(isGone: (node: NodeId, epoch: number) => boolean): void {
    for (const session of this.#sessions.values()) {
      if (isGone(session.nodeId, session.nodeEpoch)) this.#lost(session);
    }
  }

  async #enter(entry: RoomEntry): Promise<RoomEntered> {
    const { roomId, epoch } = entry;
    const tokenHash = Buffer.from(entry.tokenHash, "base64url");
    const room = this.#homes.get(roomId, epoch);
    if (!room) {
      // Who asks will claim it: what is still to be stored of it comes first.
      await this.#homes.released(roomId);
      return { outcome: "not_home" };
    }
    const toFront = new Batches({
      bus: this.#node.bus,
      subject: SFU_SUBJECTS.outbound(entry.front),
      session: entry.session,
      onBroken: () => this.#lost(session),
      onEnded: () => this.#lost(session),
    });
    const session = new RelayedSession(room, entry, toFront);
    this.#sessions.set(session.id, session);
    try {
      const peerId = await room.enter(session, {
        projectId: entry.projectId,
        tokenHash,
        features: new Set(ROOM_FEATURES.filter((feature) => entry.features.includes(feature))),
        ...(entry.kind === "resume" && { peerId: entry.peerId }),
      });
      session.peerId = peerId;
      // Given up by its node while it was on the way in.
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

  #lost(session: RelayedSession): void {
    if (!this.#sessions.delete(session.id)) return;
    session.toFront.stop();
    if (session.peerId !== undefined) session.room.lost(session.peerId, session.id, session.silentMs);
  }
}
