import { type Connection, connect, endWith, events, projects, transact } from "@radist-tech/db";
import { type CallId, newCallId, newPeerId, newProjectId, newPublicKey, type ProjectId } from "@radist-tech/protocol";
import { freshDatabase } from "@radist-tech/testkit";
import { and, asc, eq } from "drizzle-orm";
import type { OwnerNode } from "../call.ts";
import type { CallFact } from "../facts.ts";
import { currentTime } from "../load.ts";
import { saving } from "../save.ts";
import { create, type DoneStep, step } from "../step.ts";
import { LIMITS } from "./call-states.ts";

/** A database with a project to call in. */
export interface CallsDatabase extends AsyncDisposable {
  readonly connection: Connection;
  readonly url: string;
  readonly projectId: ProjectId;
  /** Stores calls, each with as many connected peers as given, all at once. */
  createCalls(count: number, peers?: number, ownerNode?: OwnerNode): Promise<CallId[]>;
  /** What the outbox tells of a call, in order. */
  factsOf(callId: CallId): Promise<{ seq: number; fact: CallFact }[]>;
}

/** @param url default: a fresh database on the shared Postgres */
export async function openCallsDatabase(url?: string): Promise<CallsDatabase> {
  const resources = new AsyncDisposableStack();
  const databaseUrl = url ?? resources.use(await freshDatabase()).url;
  const connection = resources.use(await connect(databaseUrl));
  await connection.migrate();
  const projectId = newProjectId();
  await connection.db.insert(projects).values({ id: projectId, name: "test", publicKey: newPublicKey() });
  return {
    connection,
    url: databaseUrl,
    projectId,
    async createCalls(count, peers = 0, ownerNode = NOWHERE) {
      const callIds = Array.from({ length: count }, newCallId);
      await transact(connection, async (tx) => {
        const at = await currentTime(tx);
        await endWith(
          tx,
          saving(
            callIds.map((callId) => {
              const joins = Array.from({ length: peers }, newPeerId);
              const created = create({ callId, projectId, accessControl: "public" }, at);
              const { call, facts } = joins.reduce<DoneStep>((before, peerId) => {
                const next = step(before.call, { type: "join", peerId, ownerNode }, at, LIMITS);
                if (next.outcome !== "done") throw new Error(`A join was ${next.outcome}.`);
                return { ...next, facts: [...before.facts, ...next.facts] };
              }, created);
              const tokens = new Map(joins.map((peerId) => [peerId, noTokens()]));
              return { before: undefined, after: call, facts, tokens };
            }),
          ),
        );
      });
      return callIds;
    },
    async factsOf(callId) {
      const rows = await connection.db
        .select({ seq: events.seq, type: events.type, data: events.data })
        .from(events)
        .where(and(eq(events.subjectKind, "call"), eq(events.subjectId, callId)))
        .orderBy(asc(events.id));
      return rows.map(({ seq, type, data }) => ({ seq, fact: { type, data } as CallFact }));
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

const NOWHERE: OwnerNode = { nodeId: "node_nowhere" as OwnerNode["nodeId"], nodeEpoch: 1 };

const noTokens = () => ({ reconnectHash: crypto.getRandomValues(new Uint8Array(32)), freshReconnectHash: null });
