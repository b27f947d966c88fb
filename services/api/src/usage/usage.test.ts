import { randomUUID } from "node:crypto";
import { usageSessions } from "@radist-tech/db";
import { newPeerId, Usage } from "@radist-tech/protocol";
import { sql } from "drizzle-orm";
import { afterAll, describe, expect, test } from "vitest";
import type { ProjectClient } from "../testing/client.ts";
import { expectError } from "../testing/errors.ts";
import { startApi } from "../testing/start-api.ts";

const api = await startApi();
afterAll(() => api[Symbol.asyncDispose]());
const { connection, client } = api;

interface Spent {
  readonly kind?: "p2p" | "room";
  readonly from: string;
  /** Open, and checkpointed then, unless `closed` says otherwise. */
  readonly to: string;
  readonly closed?: string;
}

async function spend(project: ProjectClient, ...sessions: Spent[]): Promise<void> {
  const rows = sessions.map(({ kind = "p2p", from, to, closed }) => ({
    id: randomUUID(),
    projectId: project.projectId,
    kind,
    subjectId: randomUUID(),
    peerId: newPeerId(),
    nodeId: "node_test",
    nodeEpoch: 1,
    openedAt: new Date(from),
    checkpointedAt: new Date(to),
    closedAt: closed === undefined ? null : new Date(closed),
  }));
  await connection.db.insert(usageSessions).values(rows);
}

const ask = (project: ProjectClient, query: Record<string, string> = {}) =>
  project.ask("GET", `/usage?${new URLSearchParams(query).toString()}`);
const usage = async (project: ProjectClient, query?: Record<string, string>): Promise<Usage> => {
  const answer = await ask(project, query);
  expect(answer.status).toBe(200);
  return Usage.strict().parse(answer.body);
};
const total = (p2pParticipantSeconds: number, roomParticipantSeconds: number) => ({
  p2pParticipantSeconds,
  roomParticipantSeconds,
});

describe("GET …/usage", () => {
  test("cuts sessions at the hours of UTC and at the ends, and adds up each kind", async () => {
    const project = await client.project();
    await spend(await client.project(), {
      from: "2026-03-01T10:00:00Z",
      to: "2026-03-01T11:00:00Z",
      closed: "2026-03-01T11:00:00Z",
    });
    await spend(
      project,
      // Over three hours, and beyond both ends.
      { from: "2026-03-01T09:00:00Z", to: "2026-03-01T12:29:00Z", closed: "2026-03-01T12:30:00Z" },
      { from: "2026-03-01T10:45:00.250Z", to: "2026-03-01T10:45:01.5Z" },
      { kind: "room", from: "2026-03-01T10:59:59Z", to: "2026-03-01T11:00:01Z" },
      { kind: "room", from: "2026-03-01T12:00:00Z", to: "2026-03-01T12:00:00Z" },
      { kind: "room", from: "2026-03-01T09:00:00Z", to: "2026-03-01T10:30:00Z" },
      { kind: "room", from: "2026-03-01T12:15:00Z", to: "2026-03-01T13:00:00Z" },
    );
    const query = { from: "2026-03-01T10:30:00Z", to: "2026-03-01T12:15:00Z", interval: "hour" };
    expect(await usage(project, query)).toEqual({
      from: "2026-03-01T10:30:00.000Z",
      to: "2026-03-01T12:15:00.000Z",
      interval: "hour",
      intervals: [
        { start: "2026-03-01T10:30:00.000Z", ...total(1_801.25, 1) },
        { start: "2026-03-01T11:00:00.000Z", ...total(3_600, 1) },
        { start: "2026-03-01T12:00:00.000Z", ...total(900, 0) },
      ],
      total: total(6_301.25, 2),
    });
  });

  test("lists days without usage, and counts one that is going on up to its checkpoint", async () => {
    const project = await client.project();
    await spend(project, { kind: "room", from: "2026-02-27T23:59:00Z", to: "2026-03-01T00:00:30Z" });
    const query = { from: "2026-02-26T00:00:00Z", to: "2026-03-03T00:00:00Z", interval: "day" };
    expect((await usage(project, query)).intervals).toEqual([
      { start: "2026-02-26T00:00:00.000Z", ...total(0, 0) },
      { start: "2026-02-27T00:00:00.000Z", ...total(0, 60) },
      { start: "2026-02-28T00:00:00.000Z", ...total(0, 86_400) },
      { start: "2026-03-01T00:00:00.000Z", ...total(0, 30) },
      { start: "2026-03-02T00:00:00.000Z", ...total(0, 0) },
    ]);
  });

  test("neighbouring times add up to the whole", async () => {
    const project = await client.project();
    const instants = Array.from({ length: 60 }, (_, i) => new Date(Date.UTC(2026, 5, 1) + i * 4_444_444).toISOString());
    await spend(project, ...instants.slice(0, 40).map((from, i) => ({ from, to: String(instants[i + (i % 20)]) })));
    const [from, to] = [String(instants[3]), String(instants[55])];
    const whole = await usage(project, { from, to, interval: "hour" });
    const parts = [from, String(instants[17]), String(instants[30]), to];
    let sum = 0;
    for (const [index, start] of parts.slice(0, -1).entries()) {
      const part = await usage(project, { from: start, to: String(parts[index + 1]), interval: "day" });
      sum += part.total.p2pParticipantSeconds;
    }
    expect(whole.total.p2pParticipantSeconds).toBeGreaterThan(0);
    expect(sum).toBeCloseTo(whole.total.p2pParticipantSeconds, 6);
    expect(whole.intervals.reduce((ms, part) => ms + part.p2pParticipantSeconds, 0)).toBeCloseTo(sum, 6);
  });

  test("unless it is asked otherwise: by the day, up to now, and for as long as suits the interval", async () => {
    const project = await client.project();
    await connection.db.insert(usageSessions).values({
      id: randomUUID(),
      projectId: project.projectId,
      kind: "p2p",
      subjectId: randomUUID(),
      peerId: newPeerId(),
      nodeId: "node_test",
      nodeEpoch: 1,
      openedAt: sql`now() - interval '90 seconds'`,
      checkpointedAt: sql`now() - interval '30 seconds'`,
    });
    const lengthOf = ({ from, to }: Usage): number => Date.parse(to) - Date.parse(from);
    const byDay = await usage(project);
    expect(byDay).toMatchObject({ interval: "day", total: total(60, 0) });
    expect(lengthOf(byDay)).toBe(30 * 86_400_000);
    const byHour = await usage(project, { interval: "hour" });
    expect(byHour).toMatchObject({ interval: "hour", total: total(60, 0) });
    expect(lengthOf(byHour)).toBe(86_400_000);
    expect((await usage(project, { to: "2026-01-31T00:00:00Z" })).from).toBe("2026-01-01T00:00:00.000Z");
  });

  test("the beginning and the end of time", async () => {
    const project = await client.project();
    await spend(project, { from: "2026-03-01T10:00:00Z", to: "2026-03-01T11:00:00Z" });
    for (const [from, to] of [
      ["0000-01-01T00:00:00Z", "0000-01-02T12:00:00Z"],
      ["1969-12-31T00:00:00Z", "1970-01-02T00:00:00Z"],
      ["9999-12-31T00:00:00Z", "9999-12-31T23:59:59.999Z"],
    ] as const) {
      const { total: nothing } = await usage(project, { from, to });
      expect(nothing).toEqual(total(0, 0));
    }
  });

  test.each([
    [{ from: "yesterday" }, "Invalid from query parameter."],
    [{ to: "2026-13-01T00:00:00Z" }, "Invalid to query parameter."],
    [{ to: "" }, "Invalid to query parameter."],
    [{ interval: "week" }, "Invalid interval query parameter."],
    [
      { from: "2026-03-01T00:00:00Z", to: "2026-03-01T00:00:00Z" },
      "Invalid from query parameter: it must be before to.",
    ],
    [
      { from: "2026-01-01T00:00:00Z", to: "2026-03-01T00:00:00Z", interval: "hour" },
      "Usage is told for at most 1,000 intervals. Ask for a shorter time, or for interval=day.",
    ],
    [{ from: "2020-01-01T00:00:00Z" }, "Usage is told for at most 1,000 intervals. Ask for a shorter time."],
  ])("%j is refused", async (query, sentence) => {
    const answer = await ask(await client.project(), query as Record<string, string>);
    expectError(answer, 400, sentence, "invalid_interval");
  });

  test("a thousand intervals are told", async () => {
    const project = await client.project();
    const hours = { from: "2026-01-01T00:00:00Z", interval: "hour" };
    expect((await usage(project, { ...hours, to: "2026-02-11T16:00:00Z" })).intervals).toHaveLength(1_000);
    expect((await ask(project, { ...hours, to: "2026-02-11T16:00:00.001Z" })).status).toBe(400);
  });
});
