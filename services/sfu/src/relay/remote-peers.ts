import { isUnavailable } from "@radist-tech/db";
import {
  type ErrorCode,
  type NodeId,
  type PeerId,
  Refusal,
  RelayBatch,
  ROOM_FEATURES,
  RoomClientMessage,
  type RoomEntered,
  RoomEntry,
  type SessionId,
  SFU_SUBJECTS,
} from "@radist-tech/protocol";
import type { Homes } from "../home/homes.ts";
import type { LiveRoom } from "../home/live-room.ts";
import { Fenced } from "../home/places.ts";
import type { PeerSession } from "../home/session.ts";
import type { NodeContext } from "../node/context.ts";
import { Batches, GONE, TAKEN } from "./batches.ts";

/** Another node's socket, as the home sees it. */
class RelayedSession implements PeerSession {
  readonly id: SessionId;
  readonly nodeId: NodeId;
  readonly nodeEpoch: number;
  readonly room: LiveRoom;
  readonly toFront: Batches;
  /** Known once it has its place. */
  peerId: PeerId | undefined;
  /** Count of the last batch that came. */
  received = 0;
  #heardAt = performance.now();

  readonly #onEnd: (session: RelayedSession) => void;

  constructor(room: LiveRoom, entry: RoomEntry, toFront: Batches, onEnd: (session: RelayedSession) => void) {
    this.id = entry.session;
    this.nodeId = entry.front;
    this.nodeEpoch = entry.frontEpoch;
    this.room = room;
    this.toFront = toFront;
    this.#onEnd = onEnd;
  }

  get silentMs(): number {
    return performance.now() - this.#heardAt;
  }

  heard(agoMs = 0): void {
    this.#heardAt = Math.max(this.#heardAt, performance.now() - agoMs);
  }

  tell(frame: string): void {
    this.toFront.add(frame);
  }

  end(close: number, code?: ErrorCode): void {
    this.toFront.end({ code: close, reason: code ?? "left" });
    this.#onEnd(this);
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

  /** The nodes that sockets are on, with the claim under which they were. */
  get nodes(): ReadonlyMap<NodeId, number> {
    return new Map([...this.#sessions.values()].map(({ nodeId, nodeEpoch }) => [nodeId, nodeEpoch]));
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
    if (batch.count > session.received) {
      session.received = batch.count;
      session.heard(batch.end?.silentMs);
      const { room, peerId } = session;
      for (const frame of batch.frames) {
        if (peerId !== undefined) room.hear(peerId, session.id, RoomClientMessage.parse(JSON.parse(frame)));
      }
      if (batch.end) this.#lost(session);
    }
    return Buffer.from(TAKEN);
  }

  nodesDied(nodes: ReadonlySet<NodeId>): void {
    for (const session of this.#sessions.values()) if (nodes.has(session.nodeId)) this.#lost(session);
  }

  async #enter(entry: RoomEntry): Promise<RoomEntered> {
    const { roomId, epoch } = entry;
    const room = this.#homes.get(roomId, epoch);
    if (!room) return { outcome: "not_home" };
    const toFront = new Batches({
      bus: this.#node.bus,
      subject: SFU_SUBJECTS.outbound(entry.front),
      session: entry.session,
      roomId,
      onBroken: () => this.#lost(session),
    });
    const session = new RelayedSession(room, entry, toFront, ({ id }) => this.#sessions.delete(id));
    this.#sessions.set(session.id, session);
    try {
      const peerId = await room.enter(session, {
        projectId: entry.projectId,
        tokenHash: Buffer.from(entry.tokenHash, "base64url"),
        features: new Set(ROOM_FEATURES.filter((feature) => entry.features.includes(feature))),
        ...(entry.kind === "resume" && { peerId: entry.peerId }),
      });
      session.peerId = peerId;
      // Given up by its node while it was on the way in.
      if (!this.#sessions.has(session.id)) room.lost(peerId, session.id, session.silentMs);
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
