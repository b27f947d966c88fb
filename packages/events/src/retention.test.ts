import { randomUUID } from "node:crypto";
import { newProjectId } from "@radist-tech/protocol";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cursorAt } from "./cursor.ts";
import { deleteOldEvents } from "./retention.ts";
import { DATABASES, joined, Outbox } from "./testing/outbox.ts";

const DAY_MS = 86_400_000;

describe.each(DATABASES)("$name", ({ open }) => {
  let outbox: Outbox;
  beforeEach(async () => {
    outbox = await Outbox.open(open);
  });
  afterEach(() => outbox[Symbol.asyncDispose]());

  const write = async (count: number, daysAgo: number, projectId = newProjectId()) => {
    const at = new Date(Date.now() - daysAgo * DAY_MS);
    await outbox.write(Array.from({ length: count }, joined), { projectId, subjectId: randomUUID(), at });
    await outbox.number();
    return projectId;
  };

  test("deletes what is older, however much, and tells readers that come from before", async () => {
    const projectId = await write(1_200, 31);
    const { events: first } = await outbox.read(projectId, { limit: 1 });
    await write(3, 29, projectId);
    expect(await deleteOldEvents(outbox.connection, 30)).toBe(1_200);
    expect(await deleteOldEvents(outbox.connection, 30)).toBe(0);
    expect(await outbox.positions()).toMatchObject({ last: 1_203, deleted: 1_200 });
    await expect(outbox.read(projectId, { after: String(first[0]?.cursor) })).rejects.toMatchObject({
      code: "cursor_expired",
    });
    await expect(outbox.read(projectId, { after: cursorAt(1_199) })).rejects.toMatchObject({ code: "cursor_expired" });
    // Who has read all that was deleted has missed nothing; who begins anew begins at what is kept.
    for (const asked of [{ after: cursorAt(1_200) }, {}]) {
      expect((await outbox.read(projectId, asked)).events).toHaveLength(3);
    }
  });

  test("keeps what has no position yet", async () => {
    const at = new Date(Date.now() - 31 * DAY_MS);
    await outbox.write([joined()], { at });
    expect(await deleteOldEvents(outbox.connection, 30)).toBe(0);
    await outbox.number();
    expect(await deleteOldEvents(outbox.connection, 30)).toBe(1);
  });

  test("what a retention that was killed had marked is passed over, and deleted by the next one", async () => {
    const projectId = await write(2, 31);
    await write(1, 1, projectId);
    await outbox.markDeleted(2);
    expect((await outbox.read(projectId)).events).toHaveLength(1);
    expect(await deleteOldEvents(outbox.connection, 30)).toBe(2);
  });

  test("several at once share the work", async () => {
    await write(1_500, 31);
    const deleted = await Promise.all([1, 2, 3].map(() => deleteOldEvents(outbox.connection, 30)));
    expect(deleted.reduce((sum, count) => sum + count, 0)).toBe(1_500);
    expect(await outbox.positions()).toMatchObject({ deleted: 1_500 });
  });
});
