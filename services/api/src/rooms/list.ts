import { type Connection, rooms } from "@radist-tech/db";
import type { RoomId, RoomPage } from "@radist-tech/protocol";
import { newestFirst, type PageQuery } from "../http/paging.ts";

/** A page of a project's rooms. */
export async function listRooms(connection: Connection, projectId: string, asked: PageQuery): Promise<RoomPage> {
  const { summaries, ...page } = await newestFirst(connection, rooms, projectId, asked);
  return { rooms: summaries.map(({ id, ...summary }) => ({ roomId: id as RoomId, ...summary })), ...page };
}
