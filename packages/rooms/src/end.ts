import { type Connection, projects, rooms, type Transaction, transact } from "@radist-tech/db";
import { type ProjectId, Refusal, type RoomId } from "@radist-tech/protocol";
import type { RoomControl } from "@radist-tech/protocol/bus";
import { and, eq, isNotNull, isNull, lt, type SQL, sql } from "drizzle-orm";
import type { EndReason } from "./seats/record.ts";
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
 * Terminates a batch of a project's open rooms: it may have more than one transaction can handle. What is left when the
 * process dies is ended by {@link endRoomsOfDeletedProjects}.
 *
 * @returns whether there may be more of them
 * @throws {DatabaseUnavailable}
 */
export function endSomeRooms(connection: Connection, projectId: ProjectId, atMost = BATCH): Promise<boolean> {
  return transact(connection, async (tx) => {
    const ofProject = and(eq(rooms.projectId, projectId), isOpen);
    // Locked in the order of their ids when they are loaded; a room that ends in between is not ended again.
    const some = await tx.select({ id: rooms.id }).from(rooms).where(ofProject).limit(atMost);
    await endAll(tx, some, "terminated");
    return some.length === atMost;
  });
}

/** @returns what is to be announced to the sfu nodes; nothing when no such room is left */
export function endRoomsOfDeletedProjects(connection: Connection): Promise<readonly RoomControl[]> {
  const deleted = sql`(select ${projects.id} from ${projects} where ${isNotNull(projects.deletedAt)})`;
  return endUnlocked(connection, and(isOpen, sql`${rooms.projectId} in ${deleted}`), "terminated");
}

/** Ends rooms in which nobody has been connected for as long as they allow. */
export function endIdleRooms(connection: Connection): Promise<readonly RoomControl[]> {
  const until = sql`now() - ${rooms.idleSeconds} * interval '1 second'`;
  return endUnlocked(connection, and(isOpen, lt(rooms.idleSince, until)), "idle");
}

/** A room that another transaction has locked is left to the next time: it must not delay all others. */
function endUnlocked(
  connection: Connection,
  which: SQL | undefined,
  reason: EndReason,
): Promise<readonly RoomControl[]> {
  return transact(connection, async (tx) => {
    const some = await tx
      .select({ id: rooms.id })
      .from(rooms)
      .where(which)
      .limit(BATCH)
      .for("no key update", { skipLocked: true });
    return endAll(tx, some, reason);
  });
}

async function endAll(
  tx: Transaction,
  found: readonly { readonly id: string }[],
  reason: EndReason,
): Promise<readonly RoomControl[]> {
  if (found.length === 0) return [];
  const ids = found.map(({ id }) => id as RoomId);
  const loaded = await loadRooms(tx, ids, { seats: "all", tracks: true });
  return advanceAll(tx, loaded, { type: "end", reason });
}
