import type { Call } from "@radist-tech/calls";
import { catchUp, snapshot, toCall, toMessages, view } from "@radist-tech/calls";
import { callPeers, calls, query } from "@radist-tech/db";
import type { CallId, CallSnapshot } from "@radist-tech/protocol";
import type { CallView } from "@radist-tech/protocol/bus";
import { eq, inArray } from "drizzle-orm";
import type { NodeContext } from "../node/context.ts";
import type { Seat } from "../socket/seat.ts";

/** Calls are asked for together, up to so many in a query. */
const BATCH = 200;

/** Brings seats up to the truth in the database: after a missed event, a lost bus, a lapsed lease. */
export class Catching {
  readonly #node: NodeContext;
  readonly #letGo: (seat: Seat, takenOverIn?: CallSnapshot) => void;
  readonly #wanted = new Set<Seat>();
  #isRunning = false;

  /** @param letGo ends a seat that is not this node's any more, of a call in which another socket may have taken it over */
  constructor(node: NodeContext, letGo: (seat: Seat, takenOverIn?: CallSnapshot) => void) {
    this.#node = node;
    this.#letGo = letGo;
  }

  /** Soon, together with others that want it. */
  catchUp(seat: Seat): void {
    this.#wanted.add(seat);
    if (this.#isRunning) return;
    this.#isRunning = true;
    // Behind this turn, so that its events gather.
    setImmediate(() => void this.#run());
  }

  /**
   * Compares every seat of this node with the database; resolves when all have been.
   *
   * @throws {DatabaseUnavailable}
   */
  async all(): Promise<void> {
    this.#node.seats.doubtAdmissions();
    const seats = [...this.#node.seats];
    for (let from = 0; from < seats.length; from += BATCH) await this.#compare(seats.slice(from, from + BATCH));
  }

  async #run(): Promise<void> {
    while (this.#wanted.size > 0) {
      const batch = [...this.#wanted].slice(0, BATCH);
      for (const seat of batch) this.#wanted.delete(seat);
      try {
        await this.#compare(batch);
      } catch (error) {
        // The periodic comparison comes by again.
        this.#node.logger.warn({ err: error, seats: batch.length }, "could not catch up with the database");
      }
    }
    this.#isRunning = false;
  }

  async #compare(seats: readonly Seat[]): Promise<void> {
    const found = await this.#load([...new Set(seats.map(({ callId }) => callId))]);
    this.#node.metrics.catchUps.inc(found.size);
    for (const seat of seats) {
      if (this.#node.seats.get(seat.peerId) !== seat) continue;
      const call = found.get(seat.callId);
      if (call) this.#update(seat, call);
    }
  }

  #update(seat: Seat, call: Call): void {
    // A step of this node may have been told while the query was under way.
    if (call.version < seat.view.version) return;
    const own = call.peers.find(({ peerId }) => peerId === seat.peerId);
    if (call.state === "tombstoned") {
      this.#node.seats.remove(seat);
      seat.release(call.reason, snapshot(call));
    } else if (own?.status !== "connected" || own.epoch !== seat.epoch) {
      this.#letGo(seat, own && own.epoch > seat.epoch ? snapshot(call) : undefined);
    } else {
      const known: CallView = seat.view;
      seat.view = view(call);
      for (const message of toMessages(call, catchUp(known, call, seat.peerId))) seat.tell(message);
    }
  }

  async #load(callIds: CallId[]): Promise<Map<CallId, Call>> {
    const { db } = this.#node.connection;
    // One statement, so that version and peers are of one moment.
    const rows = await query(
      db
        .select()
        .from(calls)
        .leftJoin(callPeers, eq(callPeers.callId, calls.id))
        .where(inArray(calls.id, callIds))
        .orderBy(callPeers.joinedAt, callPeers.peerId),
    );
    const byCall = Map.groupBy(rows, (row) => row.calls.id as CallId);
    return new Map(
      [...byCall].flatMap(([callId, group]) => {
        const [first] = group;
        const peers = group.flatMap((row) => row.call_peers ?? []);
        return first ? [[callId, toCall(first.calls, peers)] as const] : [];
      }),
    );
  }
}
