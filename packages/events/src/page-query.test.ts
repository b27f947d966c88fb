import { newProjectId } from "@radist-tech/protocol";
import { freshDatabase } from "@radist-tech/testkit";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type EventFilter, pageAfter } from "./page-query.ts";
import { joined, left, Outbox, updated } from "./testing/outbox.ts";

const projectId = newProjectId();
let outbox: Outbox;
let subjectId: string;

/** 10,000 events of one type, fewer of two others, and as many of other projects. */
beforeAll(async () => {
  outbox = await Outbox.open(freshDatabase);
  ({ subjectId } = await outbox.write(Array.from({ length: 2_000 }, left), { projectId }));
  for (let times = 0; times < 20; times++) {
    await outbox.write(Array.from({ length: 500 }, joined), { projectId });
    await outbox.write(Array.from({ length: 500 }, joined));
  }
  await outbox.write(Array.from({ length: 50 }, updated), { projectId });
  while ((await outbox.rows()).some(({ position }) => position === null)) await outbox.number();
  await outbox.connection.db.execute(sql`analyze events`);
});
afterAll(() => outbox[Symbol.asyncDispose]());

interface Plan {
  readonly "Relation Name"?: string;
  readonly "Actual Rows": number;
  readonly "Actual Loops": number;
  readonly "Rows Removed by Filter"?: number;
  readonly "Rows Removed by Index Recheck"?: number;
  readonly Plans?: readonly Plan[];
}

/** How many rows of the outbox a page looks at. */
async function rowsRead(after: number, filter: EventFilter): Promise<number> {
  const page = pageAfter(outbox.connection, projectId, after, filter).getSQL();
  const [explained] = (await outbox.connection.db.execute(sql`explain (analyze, format json) ${page}`)) as unknown as {
    "QUERY PLAN": { Plan: Plan }[];
  }[];
  const read = (plan: Plan): number => {
    const here = plan["Actual Rows"] + (plan["Rows Removed by Filter"] ?? 0);
    const below = (plan.Plans ?? []).reduce((sum, part) => sum + read(part), 0);
    return below + (plan["Relation Name"] === "events" ? here * plan["Actual Loops"] : 0);
  };
  return read(explained?.["QUERY PLAN"][0]?.Plan as Plan);
}

test.each([
  ["from the beginning", 0, {}, 100],
  ["in the middle", 8_000, {}, 100],
  ["at the end", 22_040, {}, 10],
  ["of a rare type that comes last", 0, { types: ["project.updated"] }, 50],
  ["of two types, with a frequent one in between", 0, { types: ["call.participant_left", "project.updated"] }, 150],
  ["of a type that there is none of", 0, { types: ["room.ended"] }, 0],
] as const)("a page %s reads what it returns", async (_which, after, filter, most) => {
  expect(await rowsRead(after, { limit: 100, ...filter })).toBeLessThanOrEqual(most);
});

test("a page about one subject reads what is about it, from where it begins", async () => {
  expect(await rowsRead(0, { limit: 100, subject: subjectId })).toBeLessThanOrEqual(100);
  expect(await rowsRead(1_990, { limit: 100, subject: subjectId })).toBeLessThanOrEqual(10);
});
