import { randomUUID } from "node:crypto";
import { eventPositions, transact } from "@radist-tech/db";
import { type ListedEvent, newProjectId } from "@radist-tech/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DATABASES, joined, left, Outbox } from "./testing/outbox.ts";

const range = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe.each(DATABASES)("$name", ({ name, open }) => {
  let outbox: Outbox;
  beforeAll(async () => {
    outbox = await Outbox.open(open);
  });
  afterAll(() => outbox[Symbol.asyncDispose]());

  test("numbers what was committed, in the order of insertion, and nothing twice", async () => {
    const projectId = newProjectId();
    const { last } = await outbox.positions();
    const first = await outbox.write([joined(), left()], { projectId });
    await outbox.write([joined()], { projectId });
    await outbox.number();
    await outbox.write([joined()], { projectId, subjectId: first.subjectId });
    await outbox.number();
    await outbox.number();
    const ofProject = (await outbox.rows()).filter((row) => row.projectId === projectId);
    expect(ofProject.map(({ position }) => position)).toEqual(range(4).map((number) => last + number));
    expect((await outbox.positions()).last).toBe(last + 4);
  });

  test("what was rolled back leaves no gap", async () => {
    const { last } = await outbox.positions();
    const failing = transact(outbox.connection, async (tx) => {
      await outbox.record(tx, newProjectId(), randomUUID(), [joined(), joined()]);
      throw new Error("not after all");
    });
    await expect(failing).rejects.toThrow("not after all");
    await outbox.write([joined()]);
    await outbox.number();
    expect((await outbox.positions()).last).toBe(last + 1);
  });

  test("many at once number each event once", async () => {
    const { last } = await outbox.positions();
    const written = range(40).map(() => outbox.write([joined(), left()]));
    const numbered = range(40).map(() => outbox.number());
    await Promise.all([...written, ...numbered]);
    await outbox.number();
    const positions = (await outbox.rows()).map(({ position }) => Number(position)).toSorted((a, b) => a - b);
    expect(positions).toEqual(range(last + 80));
    expect((await outbox.positions()).last).toBe(last + 80);
  });

  // The embedded database has one connection: nothing there crosses.
  if (name === "PGlite") return;

  test("a transaction that stays open holds nobody up, and comes last", async () => {
    const projectId = newProjectId();
    const types = async () => (await outbox.read(projectId)).events.map(({ type }) => type);
    await transact(outbox.connection, async (tx) => {
      await outbox.record(tx, projectId, randomUUID(), [left()]);
      await outbox.write([joined()], { projectId });
      await outbox.number();
      expect(await types()).toEqual(["call.participant_joined"]);
    });
    await outbox.number();
    expect(await types()).toEqual(["call.participant_joined", "call.participant_left"]);
  });

  test("who finds another one at it goes away at once", async () => {
    const { projectId } = await outbox.write([joined()]);
    await transact(outbox.connection, async (tx) => {
      await tx.select().from(eventPositions).for("update");
      await outbox.number();
      expect((await outbox.read(projectId)).events).toEqual([]);
    });
    await outbox.number();
    expect((await outbox.read(projectId)).events).toHaveLength(1);
  });

  test("readers miss nothing and see nothing twice while writers and sequencers are at it", async () => {
    const projectId = newProjectId();
    let isWriting = true;
    const writer = async (): Promise<void> => {
      const subjectId = randomUUID();
      for (let times = 0; times < 20; times++) await outbox.write([joined(), left()], { projectId, subjectId });
    };
    const sequencing = async (): Promise<void> => {
      while (isWriting) await outbox.number();
    };
    const reader = async (limit: number): Promise<ListedEvent[]> => {
      const seen: ListedEvent[] = [];
      let after: string | undefined;
      for (let isOver = false; !isOver; ) {
        const mayEnd = !isWriting;
        const { events, cursor } = await outbox.read(projectId, { limit, after });
        seen.push(...events);
        after = cursor;
        isOver = mayEnd && events.length === 0;
      }
      return seen;
    };
    const reading = [reader(1), reader(100)];
    const sequencers = [sequencing(), sequencing(), sequencing()];
    await Promise.all(range(10).map(writer));
    await outbox.number();
    isWriting = false;
    await Promise.all(sequencers);
    await outbox.number();
    const rows = (await outbox.rows()).filter((row) => row.projectId === projectId);
    const inOrder = rows.toSorted((a, b) => Number(a.position) - Number(b.position)).map(({ eventId }) => eventId);
    expect(inOrder).toHaveLength(400);
    for (const seen of await Promise.all(reading)) expect(seen.map(({ eventId }) => eventId)).toEqual(inOrder);
    for (const { subjectId } of rows) {
      const seqs = rows
        .filter((row) => row.subjectId === subjectId)
        .toSorted((a, b) => Number(a.position) - Number(b.position));
      expect(seqs.map(({ seq }) => seq)).toEqual(range(40));
    }
  });
});
