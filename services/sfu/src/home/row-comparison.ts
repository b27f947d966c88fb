import {
  type ConnectedSeat,
  Fenced,
  findConnectedSeats,
  findHomesOf,
  type HomeClaim,
  nameOfClaim,
  releaseHome,
} from "@radist-tech/rooms";
import { asNode, type NodeContext } from "../node/context.ts";
import type { Homes } from "./homes.ts";

/**
 * Compares what the database says is at home on this node with what is: a room or a connected peer that nobody here
 * holds, as an unanswered COMMIT leaves it, is given up once two comparisons in a row have found it.
 */
export class RowComparison {
  readonly #node: NodeContext;
  readonly #homes: Homes;
  #suspects = new Set<string>();

  constructor(node: NodeContext, homes: Homes) {
    this.#node = node;
    this.#homes = homes;
  }

  /** @throws {DatabaseUnavailable} */
  async compare(): Promise<void> {
    const { connection } = this.#node;
    const claims = await findHomesOf(connection, asNode(this.#node));
    const seats = await findConnectedSeats(
      connection,
      [...this.#homes].map(({ claim }) => claim.roomId),
    );
    const unheld = claims.filter(
      ({ roomId, epoch }) => !this.#homes.get(roomId, epoch) && !this.#homes.isMoving(roomId),
    );
    const empty = seats.filter(({ roomId, peerId }) => this.#homes.find(roomId)?.isSocketless(peerId));
    const before = this.#suspects;
    this.#suspects = new Set([...unheld.map(nameOfClaim), ...empty.map(nameOfSeat)]);
    for (const { roomId, peerId } of empty.filter((seat) => before.has(nameOfSeat(seat)))) {
      this.#node.logger.warn({ roomId, peerId }, "a connected peer has no socket here");
      this.#homes.find(roomId)?.dropSeat(peerId);
    }
    for (const claim of unheld.filter((one) => before.has(nameOfClaim(one)))) await this.#release(claim);
  }

  async #release(claim: HomeClaim): Promise<void> {
    const { connection, limits, logger } = this.#node;
    logger.warn({ roomId: claim.roomId }, "a room is claimed by this node, which does not hold it");
    try {
      await releaseHome(connection, claim, { windowMs: limits.RESUME_WINDOW_MS, present: [], reason: "moved" });
    } catch (error) {
      if (!(error instanceof Fenced)) throw error;
    }
  }
}

const nameOfSeat = ({ roomId, peerId }: ConnectedSeat): string => `${roomId} ${peerId}`;
