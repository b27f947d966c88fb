import { type Epoch, Refusal, type RoomId } from "@radist-tech/protocol";
import type { RoomControl } from "@radist-tech/protocol/bus";
import { claimHome, findLostClaims, findSeated, type HomeLocation, releaseHome } from "@radist-tech/rooms";
import type { MediaWorker } from "../media/workers.ts";
import { announce, asNode, type NodeContext } from "../node/context.ts";
import type { LivePeer } from "./live-peer.ts";
import { LiveRoom } from "./room-home.ts";

/** The rooms whose home is this node. */
export class Homes {
  readonly #node: NodeContext;
  readonly #rooms = new Map<RoomId, LiveRoom>();
  readonly #claiming = new Map<RoomId, Promise<LiveRoom | undefined>>();
  readonly #releasing = new Map<RoomId, Promise<void>>();

  constructor(node: NodeContext) {
    this.#node = node;
  }

  [Symbol.iterator](): IterableIterator<LiveRoom> {
    return this.#rooms.values();
  }

  get size(): number {
    return this.#rooms.size;
  }

  /** The room, if this node holds it under just this claim. */
  get(roomId: RoomId, epoch: Epoch): LiveRoom | undefined {
    const room = this.#rooms.get(roomId);
    return room?.claim.epoch === epoch ? room : undefined;
  }

  /**
   * The room, with this node as its home; claimed if need be.
   *
   * @returns nothing when another claim came first
   * @throws {Refusal} `unavailable` | {DatabaseUnavailable}
   */
  async own(seen: HomeLocation): Promise<LiveRoom | undefined> {
    const { roomId } = seen;
    const held = this.get(roomId, seen.epoch);
    if (held && seen.nodeId === this.#node.lease.nodeId) return held;
    // One at a time: what another has just claimed here must not be claimed again.
    const underWay = this.#claiming.get(roomId);
    if (underWay) return underWay;
    const claiming = this.released(roomId)
      .then(() => this.#claim(seen))
      .finally(() => this.#claiming.delete(roomId));
    this.#claiming.set(roomId, claiming);
    return claiming;
  }

  async #claim(seen: HomeLocation): Promise<LiveRoom | undefined> {
    const { lease, logger, metrics } = this.#node;
    // Asked before it is claimed: a node without media workers takes no rooms.
    this.#node.workers();
    if (!lease.holds() || !lease.isTrusted()) throw new Refusal("unavailable");
    const claimed = await claimHome(this.#node.connection, seen, {
      node: asNode(this.#node),
      windowMs: this.#node.limits.RESUME_WINDOW_MS,
    });
    if (!claimed) return undefined;
    const { notify, ...facts } = claimed;
    const { roomId, epoch } = facts.claim;
    this.#rooms.get(roomId)?.fenced();
    const room = new LiveRoom(this.#node, {
      ...facts,
      onClosed: (...closed) => this.#closed(...closed),
    });
    this.#rooms.set(roomId, room);
    metrics.homes.inc();
    logger.debug({ roomId, epoch }, "this node is the room's home");
    for (const control of notify) announce(this.#node, control);
    return room;
  }

  hear(control: RoomControl): void {
    switch (control.type) {
      case "room_ended":
        return this.#rooms.get(control.roomId)?.end();
      case "participant_kicked":
        return this.#rooms.get(control.roomId)?.kick(control.peerId);
      case "project_deleted":
        for (const room of this.#rooms.values()) if (room.projectId === control.projectId) room.end();
        return;
      case "home_claimed": {
        const room = this.#rooms.get(control.roomId);
        if (room && control.epoch > room.claim.epoch) room.fenced();
        return;
      }
    }
  }

  /** Compares all claims with the database; lets go of what is no longer here, ends what has ended. */
  async compare(): Promise<void> {
    const held = [...this.#rooms.values()];
    const lost = await findLostClaims(
      this.#node.connection,
      held.map(({ claim }) => claim),
    );
    for (const room of held) {
      const why = lost.get(room.claim.roomId);
      if (why === "ended") room.end();
      else if (why === "fenced") room.fenced();
    }
    await this.#comparePlaces();
  }

  /** Whoever was kicked while the bus was away is found by the place that it no longer has. */
  async #comparePlaces(): Promise<void> {
    const seated = [...this.#rooms.values()].flatMap((room) =>
      [...room.peers.keys()].map((peerId) => ({ room, peerId })),
    );
    const held = await findSeated(this.#node.connection, [...this.#rooms.keys()]);
    for (const { room, peerId } of seated) if (!held.has(peerId)) room.kick(peerId);
  }

  workerDied(worker: MediaWorker): void {
    for (const room of this.#rooms.values()) room.workerDied(worker);
  }

  /** Lets go of all rooms; their peers come back elsewhere. */
  handOver(): void {
    for (const room of this.#rooms.values()) room.handOver();
  }

  /** The same, one after the other: those who are sent away shall not all arrive at once. */
  async handOverSpread(pause: () => Promise<void>): Promise<void> {
    for (const room of this.#rooms.values()) {
      room.handOver();
      await pause();
    }
  }

  /** Resolves when all that is under way is stored. */
  async settled(): Promise<void> {
    await Promise.all([...this.#rooms.values()].map((room) => room.stored()));
    while (this.#releasing.size > 0) await Promise.all(this.#releasing.values());
  }

  /** Resolves when what was stored for a room that has just been given up is stored. */
  async released(roomId: RoomId): Promise<void> {
    await this.#releasing.get(roomId);
  }

  #closed(room: LiveRoom, left: readonly LivePeer[] | undefined, reason: "moved" | "terminated"): void {
    const { claim } = room;
    if (this.#rooms.get(claim.roomId) === room) this.#rooms.delete(claim.roomId);
    if (!left) return;
    const { roomId } = claim;
    const releasing = room
      .stored()
      .then(() =>
        room.storing.store(() =>
          releaseHome(this.#node.connection, claim, {
            windowMs: this.#node.limits.RESUME_WINDOW_MS,
            present: left,
            reason,
          }),
        ),
      )
      .finally(() => {
        if (this.#releasing.get(roomId) === releasing) this.#releasing.delete(roomId);
      });
    this.#releasing.set(roomId, releasing);
  }
}
