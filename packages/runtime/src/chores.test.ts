import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { type Connection, chores, connect } from "@radist-tech/db";
import { newNodeId } from "@radist-tech/protocol";
import { type FreshDatabase, freshDatabase, startProcess } from "@radist-tech/testkit";
import { eq, sql } from "drizzle-orm";
import type { Registry } from "prom-client";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Chore, startChores } from "./chores.ts";
import { createLogger } from "./logger.ts";
import { createRegistry } from "./metrics.ts";

const PROCESS = fileURLToPath(new URL("./testing/chore-process.ts", import.meta.url));
const PATIENCE = { timeout: 20_000, interval: 5 };

let database: FreshDatabase;
let connection: Connection;
beforeAll(async () => {
  database = await freshDatabase();
  connection = await connect(database.url);
  await connection.migrate();
});
afterAll(async () => {
  await connection.close();
  await database[Symbol.asyncDispose]();
});

const logger = createLogger({ name: "chores", level: "silent" });

/** Starts what one node does, with a name for the chore that no other test uses. */
function node(chore: Omit<Chore, "name" | "everyMs"> & Partial<Chore>, mayRun?: () => boolean) {
  const name = chore.name ?? `chore-${randomUUID()}`;
  const nodeId = newNodeId();
  const registry = createRegistry("test");
  const options = { connection, nodeId, logger, registry, ...(mayRun && { mayRun }) };
  const running = startChores(options, [{ everyMs: 10, ...chore, name }]);
  return { name, nodeId, registry, stop: () => running[Symbol.asyncDispose]() };
}

const leaseOf = async (name: string) => {
  const [lease] = await connection.db
    .select({ nodeId: chores.nodeId, isOver: sql<boolean>`${chores.leaseUntil} <= now()` })
    .from(chores)
    .where(eq(chores.name, name));
  return lease;
};

const figures = async (registry: Registry, name: string) => {
  const [seconds, failures] = await Promise.all([
    registry.getSingleMetric("radist_chore_seconds")?.get(),
    registry.getSingleMetric("radist_chore_failures_total")?.get(),
  ]);
  const ofChore = (values: { labels: object; value: number; metricName?: string }[] = []) =>
    values.filter(({ labels }) => "chore" in labels && labels.chore === name);
  return {
    runs: ofChore(seconds?.values).find(({ metricName }) => metricName?.endsWith("_count"))?.value ?? 0,
    failures: ofChore(failures?.values)[0]?.value,
  };
};

test("of two nodes one does it, again and again, and is timed", async () => {
  const did: string[] = [];
  const first = node({ run: async () => void did.push("first") });
  await vi.waitUntil(() => did.length > 0, PATIENCE);
  const second = node({ name: first.name, run: async () => void did.push("second") });
  await vi.waitUntil(() => did.length > 50, PATIENCE);
  expect(new Set(did)).toEqual(new Set(["first"]));
  await Promise.all([first.stop(), second.stop()]);
  expect(await figures(first.registry, first.name)).toEqual({ runs: did.length, failures: 0 });
  expect(await figures(second.registry, second.name)).toEqual({ runs: 0, failures: 0 });
});

test("a node that stops gives the lease back, and another one goes on", async () => {
  const first = node({ run: async () => {} });
  await vi.waitUntil(async () => (await leaseOf(first.name))?.nodeId === first.nodeId, PATIENCE);
  await first.stop();
  expect(await leaseOf(first.name)).toEqual({ nodeId: first.nodeId, isOver: true });
  const { promise: done, resolve } = Promise.withResolvers<void>();
  const second = node({ name: first.name, run: async () => resolve() });
  await done;
  expect(await leaseOf(first.name)).toEqual({ nodeId: second.nodeId, isOver: false });
  await second.stop();
});

test("a node that is killed keeps the others from it until its lease is over, and no longer", async () => {
  const name = `chore-${randomUUID()}`;
  await using killed = await startProcess({
    command: process.execPath,
    args: [PROCESS],
    env: { DATABASE_URL: database.url, CHORE: name },
    readyLine: "doing it",
  });
  expect((await leaseOf(name))?.isOver).toBe(false);
  killed.signal("SIGKILL");
  await killed.exited;
  const [left] = await connection.db.select({ until: chores.leaseUntil }).from(chores).where(eq(chores.name, name));
  const { promise: done, resolve } = Promise.withResolvers<boolean>();
  const heir = node({
    name,
    run: async () => {
      const until = left?.until.toISOString();
      const [clock] = await connection.db
        .select({ isOver: sql<boolean>`now() >= ${until}::timestamptz` })
        .from(sql`(values (1)) as one`);
      resolve(clock?.isOver ?? false);
    },
  });
  expect(await done).toBe(true);
  expect((await leaseOf(name))?.nodeId).toBe(heir.nodeId);
  await heir.stop();
});

test("a run that takes longer than the lease keeps it", async () => {
  const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const first = node({
    run: () => {
      begin();
      return mayEnd;
    },
  });
  await begun;
  const intruder = vi.fn(async () => {});
  const second = node({ name: first.name, run: intruder });
  const leaseUntil = async () => {
    const [row] = await connection.db.select({ at: chores.leaseUntil }).from(chores).where(eq(chores.name, first.name));
    return Number(row?.at);
  };
  // Renewed beyond what the first lease was good for, twice over.
  const longEnough = (await leaseUntil()) + 4_000;
  await vi.waitUntil(async () => (await leaseUntil()) > longEnough, PATIENCE);
  expect(intruder).not.toHaveBeenCalled();
  end();
  await Promise.all([first.stop(), second.stop()]);
});

test("a run that another node has taken over is told to end", async () => {
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const { promise: told, resolve: tell } = Promise.withResolvers<void>();
  const first = node({
    run: (signal) => {
      begin();
      signal.addEventListener("abort", () => tell());
      return told;
    },
  });
  await begun;
  const takenOver = { nodeId: newNodeId(), leaseUntil: sql`now() + interval '1 minute'` };
  await connection.db.update(chores).set(takenOver).where(eq(chores.name, first.name));
  await told;
  await first.stop();
  expect(await leaseOf(first.name)).toEqual({ nodeId: takenOver.nodeId, isOver: false });
});

test("a failure is counted and logged, and does not keep it from being tried again", async () => {
  const logged = vi.spyOn(logger, "error");
  let runs = 0;
  const { promise: done, resolve } = Promise.withResolvers<void>();
  const failing = node({
    run: async () => {
      if (++runs <= 2) throw new Error("not today");
      resolve();
    },
  });
  await done;
  await failing.stop();
  expect(await figures(failing.registry, failing.name)).toEqual({ runs, failures: 2 });
  const lines = logged.mock.calls.filter(([fields]) => (fields as { chore?: string }).chore === failing.name);
  expect(lines).toHaveLength(2);
  expect(lines[0]?.[0]).toMatchObject({ err: { message: "not today" } });
});

test("stopping ends a run by its signal, and waits for it", async () => {
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  let hasEnded = false;
  const long = node({
    run: async (signal) => {
      begin();
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      hasEnded = true;
    },
  });
  await begun;
  await long.stop();
  expect(hasEnded).toBe(true);
  expect((await leaseOf(long.name))?.isOver).toBe(true);
});

test("what needs no lease every node does", async () => {
  const did = new Set<string>();
  const first = node({ isLeased: false, run: async () => void did.add("first") });
  const second = node({ name: first.name, isLeased: false, run: async () => void did.add("second") });
  await vi.waitUntil(() => did.size === 2, PATIENCE);
  await Promise.all([first.stop(), second.stop()]);
  expect(await leaseOf(first.name)).toBeUndefined();
});

test("nothing is done before the node may", async () => {
  let mayRun = false;
  let early = 0;
  const { promise: done, resolve } = Promise.withResolvers<void>();
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  const waiting = node(
    {
      run: async () => {
        if (!mayRun) early++;
        resolve();
      },
    },
    () => {
      ask();
      return mayRun;
    },
  );
  await asked;
  mayRun = true;
  await done;
  expect(early).toBe(0);
  await waiting.stop();
});
