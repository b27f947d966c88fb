import { isUnavailable } from "@radist-tech/db";
import type { PeerId } from "@radist-tech/protocol";
import { findLostClaims, findSeated, nameOfClaim } from "@radist-tech/rooms";
import type { NodeContext } from "../node/context.ts";
import { Hints } from "../node/hints.ts";
import type { RoomHome } from "./room-home.ts";

/** What the bus said of a room here: it, or the seat of a peer, may be gone. */
interface RoomHint {
  readonly room: RoomHome;
  readonly peerId?: PeerId;
  readonly isClaimedElsewhere?: boolean;
}

interface Seated {
  readonly room: RoomHome;
  readonly peerId: PeerId;
}

const nameOfHint = ({ room, peerId, isClaimedElsewhere }: RoomHint): string =>
  `${nameOfClaim(room.claim)} ${peerId ?? ""} ${isClaimedElsewhere ?? false}`;

/** Compares rooms that are at home here with the database: gives up what is at home elsewhere, ends what has ended. */
export class ClaimComparison {
  readonly #node: NodeContext;
  readonly #hints: Hints<RoomHint>;

  constructor(node: NodeContext) {
    this.#node = node;
    this.#hints = new Hints((batch) => this.#settle(batch), nameOfHint);
  }

  /** Compares a room soon: what the bus says is acted on only as far as the database says it, too. */
  hint(hint: RoomHint): void {
    this.#hints.add(hint);
  }

  /** @throws {DatabaseUnavailable} */
  async compare(rooms: readonly RoomHome[], hints: readonly RoomHint[] = []): Promise<void> {
    await this.#compareClaims(rooms);
    const unseated = await this.#findUnseated(
      rooms.filter(({ state }) => !state.isClosed),
      hints,
    );
    // A room that has ended since its claim was read has no seats either.
    await this.#compareClaims([...new Set(unseated.map(({ room }) => room))]);
    for (const { room, peerId } of unseated) if (!room.state.isClosed) room.kick(peerId);
  }

  async #compareClaims(rooms: readonly RoomHome[]): Promise<void> {
    const lost = await findLostClaims(
      this.#node.connection,
      rooms.map(({ claim }) => claim),
    );
    for (const room of rooms) {
      const why = lost.get(room.claim);
      if (why === "ended") room.end();
      else if (why === "fenced") room.fence();
    }
  }

  /** A peer that was kicked is found by the seat that it no longer has. */
  async #findUnseated(rooms: readonly RoomHome[], hints: readonly RoomHint[]): Promise<Seated[]> {
    const seated = rooms.flatMap((room) => [...room.state.peers.keys()].map((peerId) => ({ room, peerId })));
    // A peer that is being admitted has its seat, and is not among them yet.
    const hinted = hints.flatMap(({ room, peerId }) => (peerId === undefined ? [] : { room, peerId }));
    const held = await findSeated(
      this.#node.connection,
      rooms.map(({ claim }) => claim.roomId),
    );
    const unseated = [...seated, ...hinted].filter(({ peerId }) => !held.has(peerId));
    // A join that took the seat may be stored, and its answer on the way: it says better why the peer has none.
    await Promise.all([...new Set(unseated.map(({ room }) => room))].map((room) => room.seatsTaken()));
    return unseated;
  }

  /** Never rejects; what could not be read is found by the periodic comparison. */
  async #settle(hints: readonly RoomHint[]): Promise<void> {
    const rooms = new Set(hints.flatMap(({ room }) => (room.state.isClosed ? [] : room)));
    try {
      await this.compare([...rooms], hints);
    } catch (error) {
      const { logger, lease } = this.#node;
      if (!isUnavailable(error)) return logger.error({ err: error }, "rooms were not compared after a hint");
      logger.warn({ err: error, rooms: rooms.size }, "what the bus says of rooms could not be read in the database");
      // Nobody can claim a room from a node whose lease holds; without it the word of the bus is all there is.
      if (lease.holds()) return;
      for (const { room, isClaimedElsewhere } of hints) if (isClaimedElsewhere) room.fence();
    }
  }
}
