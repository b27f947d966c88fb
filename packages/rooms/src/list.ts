import { type Connection, type ListPage, type ListQuery, newestFirst, rooms, roomTotals } from "@radist-tech/db";
import type { ProjectId } from "@radist-tech/protocol";

/** A page of a project's rooms, newest first. */
export const listRooms = (
  connection: Pick<Connection, "db">,
  projectId: ProjectId,
  asked: ListQuery,
): Promise<ListPage> => newestFirst(connection, rooms, roomTotals, projectId, asked);
