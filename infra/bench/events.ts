import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type Connection, connect, projects, transact, usageSessions } from "@radist-tech/db";
import { readEvents, recordFacts, sequencer } from "@radist-tech/events";
import { newNodeId, newPeerId, newProjectId, newPublicKey, type ProjectId } from "@radist-tech/protocol";
import { createLogger, createRegistry, startChores } from "@radist-tech/runtime";
import { ownPostgres } from "@radist-tech/testkit";
import { closeSession, openSessions } from "@radist-tech/usage";
import { and, eq, isNull, sql } from "drizzle-orm";
import { quantile } from "./figures.ts";
import { measurePairs, printRatio } from "./pairs.ts";

const EVENTS = 200;
const SESSIONS = 500;

/** The figures of events: how late they are, and what writing them costs. */
export async function benchEvents(): Promise<void> {
  await using postgres = await ownPostgres();
  await using connection = await connect(postgres.url);
  await connection.migrate();
  const projectId = newProjectId();
  await connection.db.insert(projects).values({ id: projectId, name: "bench", publicKey: newPublicKey() });
  await lateness(connection, projectId);
  await closing(connection, projectId);
}

/** From the commit of a transaction until a reader that asks all the time has its event. */
async function lateness(connection: Connection, projectId: ProjectId): Promise<void> {
  const logger = createLogger({ name: "bench", level: "warn" });
  const options = { connection, nodeId: newNodeId(), logger, registry: createRegistry("bench") };
  await using _sequencing = startChores(options, [sequencer(connection.apart())]);
  const lateMs: number[] = [];
  let { cursor } = await readEvents(connection, projectId, { limit: 1 });
  for (let count = 0; count < EVENTS; count++) {
    await sleep(Math.random() * 100);
    const fact = { type: "call.participant_joined" as const, data: { peerId: newPeerId() } };
    const subject = { projectId, kind: "call" as const, subjectId: randomUUID(), after: 0 };
    await transact(connection, (tx) => recordFacts(tx, [{ ...subject, facts: [fact] }]));
    const committedAt = performance.now();
    for (let seen = 0; seen === 0; ) {
      const page = await readEvents(connection, projectId, { limit: 1, after: cursor });
      seen = page.events.length;
      cursor = page.cursor;
    }
    lateMs.push(performance.now() - committedAt);
  }
  const [median, p99] = [quantile(lateMs, 0.5), quantile(lateMs, 0.99)];
  console.log(`An event is readable after its commit: ${median.toFixed(0)} ms, 99 % within ${p99.toFixed(0)} ms`);
}

/** The close of a session, which writes an event, against the update alone. */
async function closing(connection: Connection, projectId: ProjectId): Promise<void> {
  const { subjectId, peerId, checkpointedAt, closedAt } = usageSessions;
  type Close = (...of: Parameters<typeof closeSession>) => Promise<unknown>;
  const withoutEvent: Close = (tx, peer, reason) =>
    tx
      .update(usageSessions)
      .set({ closedAt: sql`greatest(${checkpointedAt}, now())`, closeReason: reason })
      .where(and(eq(subjectId, peer.subjectId), eq(peerId, peer.peerId), isNull(closedAt)));
  const perSecond = async (close: Close): Promise<number> => {
    const peers = Array.from({ length: SESSIONS }, () => ({ subjectId: randomUUID(), peerId: newPeerId() }));
    const entries = peers.map((peer) => ({ ...peer, projectId, kind: "p2p" as const, identity: null }));
    await transact(connection, (tx) => openSessions(tx, entries, { nodeId: newNodeId(), nodeEpoch: 1 }));
    const startedAt = performance.now();
    for (const peer of peers) await transact(connection, (tx) => close(tx, peer, "left"));
    return (SESSIONS / (performance.now() - startedAt)) * 1_000;
  };
  const pairs = await measurePairs(
    () => perSecond(closeSession),
    () => perSecond(withoutEvent),
  );
  printRatio("Sessions closed per second, event included", "without", pairs);
}
