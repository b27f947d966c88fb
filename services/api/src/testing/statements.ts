import { disconnectLostPeers, endIdleCalls, expirePeers, findCall, listCalls } from "@radist-tech/calls";
import { type Connection, calls as callTable, report } from "@radist-tech/db";
import { readEvents } from "@radist-tech/events";
import type { CallId, ProjectId } from "@radist-tech/protocol";
import { listRooms, roomChores } from "@radist-tech/rooms";
import { lostSessions, readUsage } from "@radist-tech/usage";
import { apiChores } from "../chores.ts";
import { deletedProjects } from "../projects/deleted-projects.ts";

type Work = () => Promise<unknown>;

const RUNNING = new AbortController().signal;
const RETENTION = { EVENT_RETENTION_DAYS: 30, RETENTION_DAYS: 90 };
const SILENT = { tellCalls: () => {}, tellRooms: () => {} };

/** What the services do in periods, by name. */
export function periodicWork(connection: Connection): Map<string, Work> {
  const calls = { connection, limits: { reconnectWindowMs: 30_000, idleMs: 3_600_000 }, onDone: () => {} };
  const rooms = { connection, windowMs: 30_000, mayJudge: () => true, announce: () => {} };
  const chores = [
    ...apiChores({ quick: connection, bulk: connection }, RETENTION),
    deletedProjects(connection, SILENT),
    ...roomChores(rooms),
    lostSessions(connection, { mayJudge: () => true }),
  ];
  return new Map<string, Work>([
    ...chores.map((chore) => [chore.name, () => chore.run(RUNNING)] as const),
    ["expire-call-peers", () => expirePeers(calls, RUNNING)],
    ["end-idle-calls", () => endIdleCalls(calls, RUNNING)],
    ["disconnect-lost-call-peers", () => disconnectLostPeers(calls, RUNNING)],
  ]);
}

/** A call of the history, and its project. */
export async function historyIds({ db }: Connection): Promise<{ projectId: ProjectId; callId: CallId }> {
  const [row] = await db.select({ projectId: callTable.projectId, callId: callTable.id }).from(callTable).limit(1);
  if (!row) throw new Error("There is no history.");
  return { projectId: row.projectId as ProjectId, callId: row.callId as CallId };
}

/** What a project asks for, by name. */
export function requests(connection: Connection, projectId: ProjectId, callId: CallId): Map<string, Work> {
  const list = { page: 1, limit: 20 };
  return new Map<string, Work>([
    ["GET calls", () => report(connection, (read) => listCalls(read, projectId, list))],
    ["GET rooms", () => report(connection, (read) => listRooms(read, projectId, list))],
    ["GET call", () => findCall(connection, projectId, callId)],
    ["GET usage by the day", () => report(connection, (read) => readUsage(read, projectId, { interval: "day" }))],
    ["GET usage by the hour", () => report(connection, (read) => readUsage(read, projectId, { interval: "hour" }))],
    ["GET events", () => report(connection, (read) => readEvents(read, projectId, { limit: 100 }))],
  ]);
}
