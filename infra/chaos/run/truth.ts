import { callPeers, query, usageSessions } from "@radist-tech/db";
import { and, inArray, isNull } from "drizzle-orm";
import type { View, Views } from "../history/views.ts";
import type { Load } from "../load/load.ts";
import type { Platform } from "../platform/platform.ts";

/** Every view of every call of a load: what the clients were told last, what the API says, what the database holds. */
export async function viewsOf(platform: Platform, load: Load): Promise<Views[]> {
  const stored = await storedViews(platform, load);
  return Promise.all(
    load.pairs.map(async ({ call, callers }, index) => {
      const project = platform.projects.find(({ projectId }) => projectId === callers[0].party.project);
      if (!project) throw new Error(`Nobody knows the project of ${call}.`);
      // One in ten: the API reads the database, and is asked so that it is part of what has to agree.
      const asked = index % 10 === 0 ? await platform.backend(project).getCall(call) : undefined;
      const seen: Record<string, View> = { "the database": stored.get(call) ?? {} };
      if (asked) seen["the api"] = Object.fromEntries(asked.peers.map(({ peerId, status }) => [peerId, status]));
      for (const { party, view, isConnected } of callers) if (isConnected) seen[party.name] = view;
      const present = callers.flatMap(({ peerId, isConnected }) => (isConnected && peerId ? [peerId] : []));
      return { call, present, seen };
    }),
  );
}

/** Seats and usage sessions that are still open in the database. */
export async function openRows(platform: Platform, load: Load): Promise<number> {
  const calls = load.pairs.map(({ call }) => call);
  await using connection = await platform.lookInto();
  const open = await query(
    connection.db
      .select({ id: usageSessions.id })
      .from(usageSessions)
      .where(and(inArray(usageSessions.subjectId, calls), isNull(usageSessions.closedAt))),
  );
  return open.length + [...(await storedViews(platform, load)).values()].flatMap((view) => Object.keys(view)).length;
}

async function storedViews(platform: Platform, load: Load): Promise<Map<string, View>> {
  await using connection = await platform.lookInto();
  const calls = load.pairs.map(({ call }) => call);
  const rows = await query(
    connection.db
      .select({ call: callPeers.callId, peerId: callPeers.peerId, status: callPeers.status })
      .from(callPeers)
      .where(and(inArray(callPeers.callId, calls), inArray(callPeers.status, ["connected", "disconnected"]))),
  );
  const views = new Map<string, Record<string, "connected" | "disconnected">>();
  for (const { call, peerId, status } of rows) {
    if (status !== "connected" && status !== "disconnected") continue;
    views.set(call, { ...views.get(call), [peerId]: status });
  }
  return views;
}
