import { randomUUID } from "node:crypto";
import { type Connection, connect, projects, usageHours, usageSessions } from "@radist-tech/db";
import { newPeerId, newProjectId, newPublicKey, type ProjectId } from "@radist-tech/protocol";
import { freshDatabase } from "@radist-tech/testkit";
import { asc, eq, isNull, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readUsage } from "./read.ts";
import { deleteOldSessions } from "./retention.ts";
import { rollUpSome } from "./roll-up.ts";

const DATABASES = [
  { name: "Postgres", open: freshDatabase },
  { name: "PGlite", open: () => Promise.resolve({ url: "pglite:memory", async [Symbol.asyncDispose]() {} }) },
];

const HOUR_MS = 3_600_000;
const DAY = Date.UTC(2026, 2, 1);

interface Session {
  readonly kind: "p2p" | "room";
  readonly openedAt: Date;
  readonly closedAt: Date | null;
  readonly checkpointedAt: Date;
}

/** Numbers that look random and are the same in every run. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    yield state / 2 ** 31;
  }
}

describe.each(DATABASES)("$name", ({ open }) => {
  let connection: Connection;
  let database: Awaited<ReturnType<typeof open>>;
  beforeAll(async () => {
    database = await open();
    connection = await connect(database.url);
    await connection.migrate();
  });
  afterAll(async () => {
    await connection.close();
    await database[Symbol.asyncDispose]();
  });

  const project = async (): Promise<ProjectId> => {
    const projectId = newProjectId();
    await connection.db.insert(projects).values({ id: projectId, name: "test", publicKey: newPublicKey() });
    return projectId;
  };
  const insert = (projectId: ProjectId, sessions: readonly Session[]) =>
    connection.db.insert(usageSessions).values(
      sessions.map((session) => ({
        id: randomUUID(),
        projectId,
        subjectId: randomUUID(),
        peerId: newPeerId(),
        nodeId: "node_test",
        nodeEpoch: 1,
        ...session,
      })),
    );
  const closed = (from: string, to: string, kind: "p2p" | "room" = "room"): Session => ({
    kind,
    openedAt: new Date(from),
    closedAt: new Date(to),
    checkpointedAt: new Date(to),
  });
  const rollUp = async () => {
    while (await rollUpSome(connection));
  };
  const hoursOf = (projectId: ProjectId) =>
    connection.db
      .select({
        hour: usageHours.hour,
        kind: usageHours.kind,
        seconds: usageHours.seconds,
        sessions: usageHours.sessions,
      })
      .from(usageHours)
      .where(eq(usageHours.projectId, projectId))
      .orderBy(asc(usageHours.hour), asc(usageHours.kind));
  const usage = (projectId: ProjectId, fromMs: number, toMs: number, interval: "hour" | "day" = "hour") =>
    readUsage(connection, projectId, {
      from: new Date(fromMs).toISOString(),
      to: new Date(toMs).toISOString(),
      interval,
    });

  test("cuts sessions at the full hours, and counts each where it was opened", async () => {
    const projectId = await project();
    await insert(projectId, [
      closed("2026-03-01T09:59:59.500Z", "2026-03-01T12:00:00Z"),
      closed("2026-03-01T10:15:00Z", "2026-03-01T10:15:00.001Z"),
      closed("2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z", "p2p"),
      closed("2026-03-01T10:30:00Z", "2026-03-01T10:30:00Z", "p2p"),
    ]);
    await rollUp();
    const hour = (at: string) => new Date(`2026-03-01T${at}:00Z`);
    expect(await hoursOf(projectId)).toEqual([
      { hour: hour("09:00"), kind: "room", seconds: 0.5, sessions: 1 },
      { hour: hour("10:00"), kind: "p2p", seconds: 3_600, sessions: 2 },
      { hour: hour("10:00"), kind: "room", seconds: 3_600.001, sessions: 1 },
      { hour: hour("11:00"), kind: "room", seconds: 3_600, sessions: 0 },
    ]);
  });

  test("counts a session once, when it is closed, however late that is and however many roll up", async () => {
    const projectId = await project();
    const open = { ...closed("2026-03-01T10:00:00Z", "2026-03-01T10:20:00Z"), closedAt: null };
    const hundreds = Array.from({ length: 300 }, () => closed("2026-03-01T10:10:00Z", "2026-03-01T10:10:01Z"));
    await insert(projectId, [open, ...hundreds]);
    await Promise.all([rollUp(), rollUp(), rollUp()]);
    expect(await hoursOf(projectId)).toMatchObject([{ seconds: 300, sessions: 300 }]);
    await connection.db
      .update(usageSessions)
      .set({ closedAt: new Date("2026-03-01T10:30:00Z") })
      .where(isNull(usageSessions.closedAt));
    await Promise.all([rollUp(), rollUp()]);
    await rollUp();
    expect(await hoursOf(projectId)).toMatchObject([{ seconds: 2_100, sessions: 301 }]);
  });

  test("a report is the same whatever was rolled up, for any time and by any interval", async () => {
    const [projectId, other] = [await project(), await project()];
    const random = numbers(7);
    const instant = (withinHours: number): number => DAY + Math.floor(random.next().value * withinHours * HOUR_MS);
    const sessions = Array.from({ length: 400 }, (_none, index): Session => {
      const openedMs = instant(40);
      // Short ones for the most part, some over many hours.
      const lengthMs = random.next().value ** 6 * 30 * HOUR_MS;
      const endedAt = new Date(Math.floor(openedMs + lengthMs));
      const kind = random.next().value < 0.5 ? "p2p" : "room";
      const closedAt = index % 10 === 0 ? null : endedAt;
      return { kind, openedAt: new Date(openedMs), checkpointedAt: endedAt, closedAt };
    });
    await insert(projectId, sessions);
    await insert(other, sessions.slice(0, 50));
    const spent = (fromMs: number, toMs: number, kind: Session["kind"]): number =>
      sessions
        .filter((session) => session.kind === kind)
        .map(({ openedAt, checkpointedAt }) => Math.min(+checkpointedAt, toMs) - Math.max(+openedAt, fromMs))
        .filter((ms) => ms > 0)
        .reduce((sum, ms) => sum + ms, 0) / 1_000;
    const times = Array.from({ length: 12 }, (_none, index) => {
      const [one, another] = [instant(80), instant(80)].toSorted((a, b) => a - b) as [number, number];
      const toHour = (ms: number): number => Math.floor(ms / HOUR_MS) * HOUR_MS;
      return [index % 3 === 1 ? toHour(one) : one, (index % 3 === 2 ? toHour(another) : another) + HOUR_MS] as const;
    });
    times.push([DAY + 30 * 60_000, DAY + 45 * 60_000], [DAY + HOUR_MS, DAY + 2 * HOUR_MS]);
    const check = async () => {
      for (const [fromMs, toMs] of times) {
        for (const interval of ["hour", "day"] as const) {
          const { total, intervals } = await usage(projectId, fromMs, toMs, interval);
          expect(total.p2pParticipantSeconds).toBeCloseTo(spent(fromMs, toMs, "p2p"), 6);
          expect(total.roomParticipantSeconds).toBeCloseTo(spent(fromMs, toMs, "room"), 6);
          for (const [index, { start, roomParticipantSeconds }] of intervals.entries()) {
            const endMs = Date.parse(intervals[index + 1]?.start ?? new Date(toMs).toISOString());
            expect(roomParticipantSeconds).toBeCloseTo(spent(Date.parse(start), endMs, "room"), 6);
          }
        }
      }
    };
    await check();
    // Some are rolled up, others will be.
    const half = sql`${usageSessions.projectId} = ${projectId} and ${usageSessions.closedAt} < ${new Date(DAY + 20 * HOUR_MS).toISOString()}`;
    const hidden = await connection.db
      .select({ id: usageSessions.id, closedAt: usageSessions.closedAt })
      .from(usageSessions)
      .where(half);
    await connection.db.update(usageSessions).set({ closedAt: null }).where(half);
    await rollUp();
    for (const { id, closedAt } of hidden) {
      await connection.db.update(usageSessions).set({ closedAt }).where(eq(usageSessions.id, id));
    }
    await check();
    await rollUp();
    await check();
  });

  test("hours outlive their sessions; then one counts as a whole, where it begins", async () => {
    const projectId = await project();
    const recent = new Date(Date.now() - 2 * HOUR_MS);
    await insert(projectId, [
      closed("2020-03-01T10:30:00Z", "2020-03-01T12:30:00Z"),
      { kind: "room", openedAt: recent, checkpointedAt: recent, closedAt: new Date(+recent + 60_000) },
    ]);
    const left = () => connection.db.$count(usageSessions, eq(usageSessions.projectId, projectId));
    await deleteOldSessions(connection, 30);
    expect(await left()).toBe(2);
    await rollUp();
    await deleteOldSessions(connection, 30);
    expect(await left()).toBe(1);
    const seconds = async (from: string, to: string): Promise<number> => {
      const day = "2020-03-01T";
      const { total } = await usage(projectId, Date.parse(`${day}${from}:00Z`), Date.parse(`${day}${to}:00Z`));
      return total.roomParticipantSeconds;
    };
    expect(await seconds("10:00", "13:00")).toBe(7_200);
    // Neighbouring times still add up to the whole.
    expect([await seconds("09:15", "10:45"), await seconds("10:45", "12:10"), await seconds("12:10", "14:00")]).toEqual(
      [1_800, 5_400, 0],
    );
    const { total } = await usage(projectId, Date.now() - 3 * HOUR_MS, Date.now());
    expect(total.roomParticipantSeconds).toBe(60);
  });
});
