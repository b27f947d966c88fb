import { randomUUID } from "node:crypto";
import { meterEvents, projects, usageHours, usageSessions } from "@radist-tech/db";
import { newPeerId, Project } from "@radist-tech/protocol";
import { createLogger } from "@radist-tech/runtime";
import { meterExport, rollUpSome } from "@radist-tech/usage";
import { eq, isNull, sql } from "drizzle-orm";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { startApi } from "../testing/start-api.ts";
import { type StripeStandIn, startStripe } from "../testing/stripe-stand-in.ts";
import { stripeMeter } from "./stripe-meter.ts";

const KEY = "sk_test_of_the_tests";
const RUNNING = new AbortController().signal;

const api = await startApi();
afterAll(() => api[Symbol.asyncDispose]());
const { connection, client } = api;
let stripe: StripeStandIn;
beforeEach(async () => {
  stripe = await startStripe(KEY);
});
afterEach(async () => {
  await stripe[Symbol.asyncDispose]();
  await connection.db.update(projects).set({ stripeCustomerId: null });
  await connection.db.delete(meterEvents);
});

const logger = createLogger({ name: "billing", level: "silent" });
const exporter = () => meterExport(connection, stripeMeter(KEY, stripe.url), logger);

/** One run after the other, until one has nothing left to complain about, as the chore's repetition does. */
async function exportAll(): Promise<void> {
  for (let failed = true; failed; ) {
    failed = false;
    await exporter()
      .run(RUNNING)
      .catch(() => {
        failed = true;
      });
  }
}

async function customer(billedForHours = 100): Promise<{ projectId: string; customerId: string }> {
  const customerId = `cus_${randomUUID().replaceAll("-", "")}`;
  const { projectId } = await client.project({ stripeCustomerId: customerId });
  const billedFrom = sql`now() - ${billedForHours}::int * interval '1 hour'`;
  await connection.db.update(projects).set({ billedFrom }).where(eq(projects.id, projectId));
  return { projectId, customerId };
}

/** A session that began so many hours ago, on the hour. */
async function spend(
  projectId: string,
  { hoursAgo, seconds, kind = "room" }: { hoursAgo: number; seconds: number; kind?: "room" | "p2p" },
): Promise<string> {
  const id = randomUUID();
  const openedAt = sql`date_trunc('hour', now()) - ${hoursAgo}::int * interval '1 hour'`;
  const closedAt = sql`${openedAt} + ${seconds}::float8 * interval '1 second'`;
  const peer = { subjectId: randomUUID(), peerId: newPeerId(), nodeId: "node_test", nodeEpoch: 1 };
  const times = { openedAt, checkpointedAt: closedAt, closedAt };
  await connection.db.insert(usageSessions).values({ id, projectId, kind, ...peer, ...times });
  return id;
}
const rollUp = async () => {
  while (await rollUpSome(connection));
};

const billed = (customerId: string): number =>
  [...stripe.counted.values()]
    .filter((event) => event.customerId === customerId)
    .reduce((sum, { seconds }) => sum + seconds, 0);

describe("Usage of rooms at Stripe", () => {
  test("is what rooms used in hours that are over, once, and what is closed late comes later", async () => {
    const [one, other] = [await customer(), await customer()];
    await spend(one.projectId, { hoursAgo: 3, seconds: 5_400.75 });
    await spend(one.projectId, { hoursAgo: 3, seconds: 60, kind: "p2p" });
    await spend(one.projectId, { hoursAgo: 200, seconds: 60 });
    await spend(one.projectId, { hoursAgo: 0, seconds: 0.001 });
    await spend(other.projectId, { hoursAgo: 5, seconds: 10 });
    await spend((await client.project()).projectId, { hoursAgo: 3, seconds: 60 });
    await rollUp();
    await exportAll();
    await exportAll();
    expect([billed(one.customerId), billed(other.customerId)]).toEqual([5_400, 10]);
    expect(stripe.requests()).toBe(3);
    // What is left of a second is not lost.
    await spend(one.projectId, { hoursAgo: 2, seconds: 30.5 });
    await rollUp();
    await exportAll();
    expect([billed(one.customerId), billed(other.customerId)]).toEqual([5_431, 10]);
    expect(stripe.requests()).toBe(4);
  });

  test("is exact whatever becomes of requests, their answers, and those who send them", async () => {
    const { projectId, customerId } = await customer();
    for (let hoursAgo = 1; hoursAgo <= 18; hoursAgo++) await spend(projectId, { hoursAgo, seconds: hoursAgo });
    await rollUp();
    const fates = ["dropped", "lost", "answered", "late", "overloaded", "lost"] as const;
    stripe.fate = (request) => fates[request % fates.length] ?? "answered";
    // Two at once, as when a node that was frozen wakes up.
    await Promise.all([exportAll(), exportAll()]);
    await exportAll();
    expect(billed(customerId)).toBe((18 * 19) / 2);
    expect(stripe.counted.size).toBe(18);
    const unsettled = await connection.db.$count(meterEvents, isNull(meterEvents.settledAt));
    const [{ seconds } = { seconds: null }] = await connection.db
      .select({ seconds: sql<number>`sum(${usageHours.billedSeconds})::int` })
      .from(usageHours)
      .where(eq(usageHours.projectId, projectId));
    expect({ unsettled, seconds }).toEqual({ unsettled: 0, seconds: 171 });
  });

  test("goes on after an event that is refused, and says why", async () => {
    const { projectId, customerId } = await customer();
    await spend(projectId, { hoursAgo: 2, seconds: 20 });
    await spend(projectId, { hoursAgo: 1, seconds: 10 });
    await rollUp();
    stripe.fate = (request) => (request === 1 ? "refused" : "answered");
    await exportAll();
    expect(billed(customerId)).toBe(10);
    const problems = await connection.db.select({ problem: meterEvents.problem }).from(meterEvents);
    expect(problems.map(({ problem }) => problem)).toHaveLength(2);
    expect(new Set(problems.map(({ problem }) => problem))).toEqual(new Set(["No such customer.", null]));
  });

  test("is not sent again when Stripe may have forgotten that it came before", async () => {
    const { projectId, customerId } = await customer();
    await spend(projectId, { hoursAgo: 2, seconds: 20 });
    await rollUp();
    stripe.fate = () => "lost";
    await expect(exporter().run(RUNNING)).rejects.toThrow();
    const requests = stripe.requests();
    await connection.db.update(meterEvents).set({ sentAt: sql`now() - interval '24 hours'` });
    await exportAll();
    expect(stripe.requests()).toBe(requests);
    expect(billed(customerId)).toBe(20);
  });

  test("begins when a project gets a customer, and ends when it has none", async () => {
    const project = await client.project();
    const change = async (stripeCustomerId: string | null) => {
      const json = { stripeCustomerId };
      const { body } = await client.asAdmin("PATCH", `/projects/${project.projectId}`, { json });
      return Project.parse(body).stripeCustomerId;
    };
    await spend(project.projectId, { hoursAgo: 2, seconds: 20 });
    await rollUp();
    expect(await change("cus_fresh")).toBe("cus_fresh");
    await exportAll();
    expect(await change(null)).toBeNull();
    await exportAll();
    expect(stripe.requests()).toBe(0);
    const { status } = await client.asAdmin("PATCH", `/projects/${project.projectId}`, {
      json: { stripeCustomerId: "sub_123" },
    });
    expect(status).toBe(400);
  });
});
