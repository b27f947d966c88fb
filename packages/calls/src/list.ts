import { type Connection, calls, callTotals, type ListPage, type ListQuery, newestFirst } from "@radist-tech/db";
import type { ProjectId } from "@radist-tech/protocol";

/** A page of a project's calls, newest first. */
export const listCalls = (
  connection: Pick<Connection, "db">,
  projectId: ProjectId,
  asked: ListQuery,
): Promise<ListPage> => newestFirst(connection, calls, callTotals, projectId, asked);
