import { type Connection, projects, rooms, type Transaction, transact } from "@radist-tech/db";
import { type ProjectId, Refusal, type RoomId } from "@radist-tech/protocol";
import type { RoomControl } from "@radist-tech/protocol/bus";
import { and, asc, eq, isNotNull, isNull, lt, type SQL, sql } from "drizzle-orm";
import { advanceAll } from "./store/advance.ts";
import { loadRooms } from "./store/load.ts";

/** How many rooms one transaction ends. */
const BATCH = 500;

const isOpen = isNull(rooms.tombstonedAt);

/**
 * Terminates a room. Ending an ended room changes nothing.
 *
 * @returns what is to be announced to the sfu nodes
 * @throws {Refusal} `room_not_found`
 */
export function endRoom(
  connection: Connection,
  { projectId, roomId }: { readonly projectId: ProjectId; readonly roomId: RoomId },
): Promise<readonly RoomControl[]> {
  return transact(connection, async (tx) => {
    const loaded = await loadRooms(tx, [roomId], { seats: "all", tracks: true });
    if (loaded[0]?.room.projectId !== projectId) throw new Refusal("room_not_found");
    return advanceAll(tx, loaded, { type: "end", reason: "terminated" });
  });
}

/**
 * Terminates the open rooms of a project, in batches: each is a transaction of its own. What is left when the process
 * dies is ended by {@link endRoomsOfDeletedProjects}.
 *
 * @returns how many it ended
 */
export async function terminateRooms(connection: Connection, projectId: ProjectId): Promise<number> {
  for (let total = 0; ; ) {
    const ended = await endBatch(connection, "terminated", and(eq(rooms.projectId, projectId), isOpen));
    total += ended.length;
    if (ended.length === 0) return total;
  }
}

/** @returns what is to be announced to the sfu nodes; nothing when no such room is left */
export function endRoomsOfDeletedProjects(connection: Connection): Promise<readonly RoomControl[]> {
  const deleted = sql`${rooms.projectId} in (select ${projects.id} from ${projects} where ${isNotNull(projects.deletedAt)})`;
  return endBatch(connection, "terminated", and(isOpen, deleted), true);
}

/** Ends rooms in which nobody has been connected for as long as they allow. */
export function endIdleRooms(connection: Connection): Promise<readonly RoomControl[]> {
  const until = sql`now() - ${rooms.idleSeconds} * interval '1 second'`;
  return endBatch(connection, "idle", and(isOpen, lt(rooms.idleSince, until)), true);
}

function endBatch(
  connection: Connection,
  reason: "terminated" | "idle",
  which: SQL | undefined,
  skipLocked = false,
): Promise<readonly RoomControl[]> {
  return transact(connection, async (tx) => {
    const ids = await lockSome(tx, which, skipLocked);
    if (ids.length === 0) return [];
    const loaded = await loadRooms(tx, ids, { seats: "all", tracks: true });
    return advanceAll(tx, loaded, { type: "end", reason });
  });
}

/** @param skipLocked leaves a room that another transaction is at to the next time: it must not hold up all others */
async function lockSome(tx: Transaction, which: SQL | undefined, skipLocked: boolean): Promise<RoomId[]> {
  const found = await tx
    .select({ id: rooms.id })
    .from(rooms)
    .where(which)
    .orderBy(asc(rooms.id))
    .limit(BATCH)
    .for("no key update", skipLocked ? { skipLocked } : {});
  return found.map(({ id }) => id as RoomId);
}
