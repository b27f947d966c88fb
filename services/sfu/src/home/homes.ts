import { type Epoch, Refusal, type RoomFeature, type RoomId } from "@radist-tech/protocol";
import type { RoomControl } from "@radist-tech/protocol/bus";
import { claimHome, type HomeLocation } from "@radist-tech/rooms";
import type { HandOver } from "@radist-tech/runtime";
import type { types } from "mediasoup";
import type { MediaWorker } from "../media/workers.ts";
import { announce, asNode, type NodeContext } from "../node/context.ts";
import { ClaimComparison } from "./claim-comparison.ts";
import type { LivePeer } from "./live-peer.ts";
import { type RoomClosed, RoomHome } from "./room-home.ts";

/** The rooms whose home is this node. */
export class Homes {
  readonly #node: NodeContext;
  readonly #comparison: ClaimComparison;
  readonly #rooms = new Map<RoomId, RoomHome>();
  readonly #claiming = new Map<RoomId, Promise<RoomHome | undefined>>();
  readonly #releasing = new Map<RoomId, Promise<void>>();
  /** This node stops: it claims no room again that it has handed over. */
  #isDraining = false;

  constructor(node: NodeContext) {
    this.#node = node;
    this.#comparison = new ClaimComparison(node);
  }

  [Symbol.iterator](): IterableIterator<RoomHome> {
    return this.#rooms.values();
  }

  get size(): number {
    return this.#rooms.size;
  }

  /** The room, if this node holds it under just this claim. */
  get(roomId: RoomId, epoch: Epoch): RoomHome | undefined {
    const room = this.#rooms.get(roomId);
    return room?.claim.epoch === epoch ? room : undefined;
  }

  /** The room, under whichever claim this node holds it. */
  find(roomId: RoomId): RoomHome | undefined {
    return this.#rooms.get(roomId);
  }

  /** The connected peers that asked for the messages of a feature. */
  *wanting(feature: RoomFeature): Iterable<LivePeer> {
    for (const { state } of this.#rooms.values()) {
      for (const peerId of state.audience(feature)) {
        const peer = state.peers.get(peerId);
        if (peer) yield peer;
      }
    }
  }

  /** Whether the room is being claimed or given up. */
  isMoving(roomId: RoomId): boolean {
    return this.#claiming.has(roomId) || this.#releasing.has(roomId);
  }

  /**
   * The room, with this node as its home; claimed if need be.
   *
   * @returns nothing when another claim came first
   * @throws {Refusal} `unavailable` | {DatabaseUnavailable}
   */
  async own(seen: HomeLocation): Promise<RoomHome | undefined> {
    const { roomId } = seen;
    const held = this.get(roomId, seen.epoch);
    if (held && seen.nodeId === this.#node.lease.nodeId) return held;
    // One claim at a time: the room may have been claimed here a moment ago.
    const underWay = this.#claiming.get(roomId);
    if (underWay) return underWay;
    const claiming = this.released(roomId)
      .then(() => this.#claim(seen))
      .finally(() => this.#claiming.delete(roomId));
    this.#claiming.set(roomId, claiming);
    return claiming;
  }

  async #claim(seen: HomeLocation): Promise<RoomHome | undefined> {
    const { lease, logger, metrics } = this.#node;
    // Asked before it is claimed: a node without media workers takes no rooms.
    this.#node.workers();
    if (this.#isDraining || !lease.holds() || !lease.isTrusted()) throw new Refusal("unavailable");
    const claimed = await claimHome(this.#node.connection, seen, {
      node: asNode(this.#node),
      windowMs: this.#node.limits.RESUME_WINDOW_MS,
    });
    if (!claimed) return undefined;
    const { notify, ...facts } = claimed;
    const { roomId, epoch } = facts.claim;
    this.#rooms.get(roomId)?.fence();
    const room = new RoomHome(this.#node, {
      ...facts,
      onClosed: (...closing) => this.#closed(...closing),
    });
    this.#rooms.set(roomId, room);
    metrics.homes.inc();
    logger.debug({ roomId, epoch }, "this node is the room's home");
    for (const control of notify) announce(this.#node, control);
    return room;
  }

  /** What the bus says is a hint: the rooms that it concerns are compared with the database. */
  handle(control: RoomControl): void {
    if (control.type === "project_deleted") {
      for (const room of this.#rooms.values()) {
        if (room.projectId === control.projectId) this.#comparison.hint({ room });
      }
      return;
    }
    const room = this.#rooms.get(control.roomId);
    if (!room) return;
    switch (control.type) {
      case "room_ended":
        return this.#comparison.hint({ room });
      case "participant_kicked":
        return this.#comparison.hint({ room, peerId: control.peerId });
      case "home_claimed":
        if (control.epoch > room.claim.epoch) this.#comparison.hint({ room, isClaimedElsewhere: true });
        return;
    }
  }

  /** Compares all claims with the database: gives up what is at home elsewhere, ends what has ended. */
  compare(): Promise<void> {
    return this.#comparison.compare([...this.#rooms.values()]);
  }

  workerDied(worker: MediaWorker): void {
    for (const room of this.#rooms.values()) room.workerDied(worker);
  }

  /** Those of all peers. */
  *transports(): Iterable<types.WebRtcTransport> {
    for (const { media } of this.#rooms.values()) for (const { send, recv } of media) yield* [send, recv];
  }

  /** Gives all rooms up; their peers reconnect to other nodes. */
  handOver(): void {
    for (const room of this.#rooms.values()) room.handOver();
  }

  /** The same as one step per room, and no room is claimed any more. */
  handOvers(): HandOver[] {
    this.#isDraining = true;
    return [...this.#rooms.values()].map((room) => () => room.handOver());
  }

  /** Resolves when nothing is being stored. */
  async settled(): Promise<void> {
    await Promise.all([...this.#rooms.values()].map(({ seats }) => seats.stored()));
    while (this.#releasing.size > 0) await Promise.all(this.#releasing.values());
  }

  /** Resolves when what was stored for a room that has just been given up is stored. */
  async released(roomId: RoomId): Promise<void> {
    await this.#releasing.get(roomId);
  }

  #closed(room: RoomHome, closed: RoomClosed | undefined): void {
    const { roomId } = room.claim;
    if (this.#rooms.get(roomId) === room) this.#rooms.delete(roomId);
    if (!closed) return;
    const releasing = room.seats.release(closed.present, closed.reason).finally(() => {
      if (this.#releasing.get(roomId) === releasing) this.#releasing.delete(roomId);
    });
    this.#releasing.set(roomId, releasing);
  }
}
