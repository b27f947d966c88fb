import { Event, ListedEvent, newProjectId } from "@radist-tech/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cursorAt } from "./cursor.ts";
import { DATABASES, joined, left, Outbox, updated } from "./testing/outbox.ts";

describe.each(DATABASES)("$name", ({ open }) => {
  let outbox: Outbox;
  beforeAll(async () => {
    outbox = await Outbox.open(open);
  });
  afterAll(() => outbox[Symbol.asyncDispose]());

  test("events are read oldest first, page by page, and each is what the protocol says", async () => {
    const facts = [joined(), joined(), left(), left(), joined()];
    const { projectId, subjectId } = await outbox.write(facts);
    await outbox.write([joined()]);
    await outbox.number();
    const first = await outbox.read(projectId, { limit: 2 });
    const second = await outbox.read(projectId, { limit: 2, after: first.cursor });
    const third = await outbox.read(projectId, { limit: 2, after: second.cursor });
    const all = [first, second, third].flatMap(({ events }) => events);
    expect(all.map(({ type, data, seq }) => ({ type, data, seq }))).toEqual(
      facts.map((fact, index) => ({ ...fact, seq: index + 1 })),
    );
    for (const event of all) {
      expect(ListedEvent.parse(event)).toEqual(event);
      expect(Event.parse(event)).toMatchObject({ projectId, subject: { kind: "call", id: subjectId } });
    }
    expect(first.cursor).toBe(first.events[1]?.cursor);
    expect(await outbox.read(projectId, { after: third.cursor })).toEqual({ events: [], cursor: third.cursor });
  });

  test("each event's own cursor leads to the next one", async () => {
    const { projectId } = await outbox.write([joined(), joined(), joined()]);
    await outbox.number();
    const { events } = await outbox.read(projectId);
    const after = await outbox.read(projectId, { after: String(events[0]?.cursor) });
    expect(after.events).toEqual(events.slice(1));
  });

  test("a reader that finds nothing moves on with the sequencer", async () => {
    const projectId = newProjectId();
    const { cursor } = await outbox.read(projectId);
    await outbox.write([joined()]);
    await outbox.number();
    const { events, cursor: moved } = await outbox.read(projectId, { after: cursor });
    expect(events).toEqual([]);
    expect(moved).toBe(cursorAt((await outbox.positions()).last));
    expect(moved).not.toBe(cursor);
  });

  test("what has no position yet is not read", async () => {
    const { projectId } = await outbox.write([joined()]);
    expect((await outbox.read(projectId)).events).toEqual([]);
    await outbox.number();
    expect((await outbox.read(projectId)).events).toHaveLength(1);
  });

  test("by type and by subject, alone and together", async () => {
    const { projectId, subjectId } = await outbox.write([joined(), left(), updated()]);
    const other = await outbox.write([joined(), left(), joined()], { projectId });
    await outbox.number();
    const typesOf = async (asked: Parameters<Outbox["read"]>[1]) =>
      (await outbox.read(projectId, asked)).events.map(({ type }) => type.split(/[._]/).at(-1));
    expect(await typesOf({ types: ["call.participant_joined"] })).toEqual(["joined", "joined", "joined"]);
    const both = ["call.participant_left", "project.updated"] as const;
    expect(await typesOf({ types: both })).toEqual(["left", "updated", "left"]);
    expect(await typesOf({ types: both, limit: 2 })).toEqual(["left", "updated"]);
    expect(await typesOf({ types: ["room.ended", "room.created", "key.created"] })).toEqual([]);
    expect(await typesOf({ subject: other.subjectId })).toEqual(["joined", "left", "joined"]);
    expect(await typesOf({ subject: subjectId, types: both })).toEqual(["left", "updated"]);
    expect((await outbox.read(newProjectId(), { subject: subjectId })).events).toEqual([]);
  });

  test.each(["none", cursorAt(Number.MAX_SAFE_INTEGER)])(
    "the cursor %s, which nobody was given, is refused",
    async (after) => {
      await expect(outbox.read(newProjectId(), { after })).rejects.toMatchObject({ code: "invalid_cursor" });
    },
  );
});
