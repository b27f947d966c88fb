import { randomUUID } from "node:crypto";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type Connection, connect } from "@radist-tech/db";
import { recordFacts } from "@radist-tech/events";
import { EventPage, type Fact, type ListedEvent, newPeerId, ProjectId } from "@radist-tech/protocol";
import { freshDatabase, startProcess } from "@radist-tech/testkit";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { ApiClient, type ProjectClient } from "../testing/client.ts";

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));
const WRITERS = 50;
const ROUNDS = 8;
const START_WITHIN_MS = 120_000;
const PATIENCE = { timeout: 60_000, interval: 20 };

const resources = new AsyncDisposableStack();
let databaseUrl: string;
let connection: Connection;
beforeAll(async () => {
  databaseUrl = resources.use(await freshDatabase()).url;
  connection = resources.use(await connect(databaseUrl, { maxConnections: WRITERS + 5 }));
});
afterAll(() => resources.disposeAsync());

/** An api in a process of its own. */
async function startApiProcess() {
  const env = {
    PORT: "0",
    DATABASE_URL: databaseUrl,
    NATS_URL: "memory:",
    RADIST_ADMIN_TOKEN: "admin-token-of-the-tests",
  };
  const api = resources.use(
    await startProcess({
      command: process.execPath,
      args: [MAIN],
      env,
      readyLine: /"listening"/,
      readyWithinMs: START_WITHIN_MS,
    }),
  );
  const url = `http://127.0.0.1:${/"port":(\d+)/.exec(api.output)?.[1]}`;
  await vi.waitUntil(async () => (await fetch(`${url}/readyz`)).ok, PATIENCE);
  return { url, kill: () => api.signal("SIGKILL") };
}

/** One that writes facts about a subject of its own, a transaction after the other. */
class Writer {
  readonly subjectId = randomUUID();
  readonly #projectId: ProjectId;
  #written = 0;

  constructor(projectId: ProjectId) {
    this.#projectId = projectId;
  }

  get written(): number {
    return this.#written;
  }

  /** @returns when the facts are inserted, what ends the transaction */
  async open(count: number) {
    const { promise: ending, resolve: end } = Promise.withResolvers<"commit" | "roll back">();
    const { promise: inserted, resolve: insert } = Promise.withResolvers<void>();
    const running = connection.db.transaction(async (tx) => {
      // On a busy machine it may be long until its turn to end comes.
      await tx.execute("set local idle_in_transaction_session_timeout = 0");
      const facts = Array.from(
        { length: count },
        (): Fact => ({
          type: "call.participant_joined",
          data: { peerId: newPeerId() },
        }),
      );
      const subject = { projectId: this.#projectId, kind: "call" as const, subjectId: this.subjectId };
      await recordFacts(tx, [{ ...subject, after: this.#written, facts }]);
      insert();
      if ((await ending) === "roll back") throw new Error("rolled back");
    });
    const ended = running.then(
      () => {
        this.#written += count;
      },
      (error: Error) => {
        if (error.message !== "rolled back") throw error;
      },
    );
    await Promise.race([inserted, ended]);
    return (how: "commit" | "roll back"): Promise<void> => {
      end(how);
      return ended;
    };
  }
}

/** Reads from one of the apis, and from the next one when that does not answer. */
function startReader(project: ProjectClient, urls: readonly string[], limit: number) {
  const seen: ListedEvent[] = [];
  let isStopping = false;
  const read = async (): Promise<void> => {
    let after: string | undefined;
    for (let attempt = 0; !isStopping; ) {
      const url = `${urls[attempt % urls.length]}/api/v1/projects/${project.projectId}/events`;
      const query = new URLSearchParams({ limit: String(limit), ...(after !== undefined && { after }) });
      const headers = { authorization: `Bearer ${project.secretKey}` };
      let response: Response;
      try {
        response = await fetch(`${url}?${query.toString()}`, { headers });
      } catch {
        attempt++;
        continue;
      }
      const { events, cursor } = EventPage.parse(await response.json());
      seen.push(...events);
      after = cursor;
    }
  };
  const reading = read();
  return {
    seen,
    stop: () => {
      isStopping = true;
      return reading;
    },
  };
}

const shuffled = <T>(items: readonly T[]): T[] =>
  items
    .map((item) => ({ item, order: Math.random() }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ item }) => item);

test("readers see each event once, in one order, while writers overlap and a node is killed", {
  timeout: 300_000,
}, async () => {
  const [doomed, other] = [await startApiProcess(), await startApiProcess()];
  const project = await new ApiClient(other.url, "admin-token-of-the-tests").project();
  const projectId = ProjectId.parse(project.projectId);
  const readers = [
    startReader(project, [doomed.url, other.url], 7),
    startReader(project, [other.url, doomed.url], 1_000),
  ];
  const writers = Array.from({ length: WRITERS }, () => new Writer(projectId));
  const slow = new Writer(projectId);
  const endStuck = await slow.open(3);

  for (let round = 0; round < ROUNDS; round++) {
    const open = await Promise.all(writers.map((writer) => writer.open(1 + Math.floor(Math.random() * 3))));
    if (round === ROUNDS / 2) doomed.kill();
    for (const end of shuffled(open)) await end(Math.random() < 0.2 ? "roll back" : "commit");
  }
  const committed = 2 + writers.reduce((sum, { written }) => sum + written, 0);
  for (const { seen } of readers) await vi.waitUntil(() => seen.length >= committed, PATIENCE);
  for (const { seen } of readers) expect(seen.some(({ subject }) => subject.id === slow.subjectId)).toBe(false);

  await endStuck("commit");
  for (const { seen } of readers) await vi.waitUntil(() => seen.length >= committed + 3, PATIENCE);
  await Promise.all(readers.map((reader) => reader.stop()));

  const [first, second] = readers.map(({ seen }) => seen.map(({ eventId }) => eventId)) as [string[], string[]];
  expect(first).toHaveLength(committed + 3);
  expect(new Set(first).size).toBe(first.length);
  expect(second).toEqual(first);
  for (const { subjectId, written } of [...writers, slow]) {
    const seqs = readers[0]?.seen.filter(({ subject }) => subject.id === subjectId).map(({ seq }) => seq);
    expect(seqs).toEqual(Array.from({ length: written }, (_, index) => index + 1));
  }
});
