import { type Connection, calls } from "@radist-tech/db";
import type { CallId, CallPage } from "@radist-tech/protocol";
import { newestFirst, type PageQuery } from "../http/paging.ts";

/** A page of a project's calls. */
export async function listCalls(connection: Connection, projectId: string, asked: PageQuery): Promise<CallPage> {
  const { summaries, ...page } = await newestFirst(connection, calls, projectId, asked);
  return { calls: summaries.map(({ id, ...summary }) => ({ callId: id as CallId, ...summary })), ...page };
}
