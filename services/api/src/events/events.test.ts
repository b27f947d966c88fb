import { randomUUID } from "node:crypto";
import { eventPositions, transact } from "@radist-tech/db";
import { recordFacts } from "@radist-tech/events";
import { EventPage, type Fact, newPeerId, ProjectId } from "@radist-tech/protocol";
import { afterAll, describe, expect, test, vi } from "vitest";
import type { ProjectClient } from "../testing/client.ts";
import { expectError } from "../testing/errors.ts";
import { startApi } from "../testing/start-api.ts";

const PATIENCE = { timeout: 10_000, interval: 10 };

describe.each([
  { name: "Postgres", options: {} },
  { name: "PGlite", options: { databaseUrl: "pglite:memory" } },
])("GET …/events on $name", async ({ options }) => {
  const api = await startApi(options);
  afterAll(() => api[Symbol.asyncDispose]());

  const ask = (project: ProjectClient, query: Record<string, string> = {}) =>
    project.ask("GET", `/events?${new URLSearchParams(query).toString()}`);
  const read = async (project: ProjectClient, query?: Record<string, string>) => {
    const answer = await ask(project, query);
    expect(answer.status).toBe(200);
    return EventPage.parse(answer.body);
  };
  /** Reads as soon as the sequencer has come to so many. */
  const readAll = async (project: ProjectClient, count: number, query?: Record<string, string>) => {
    await vi.waitUntil(async () => (await read(project, query)).events.length >= count, PATIENCE);
    return (await read(project, query)).events;
  };
  const joined = (): Fact => ({ type: "call.participant_joined", data: { peerId: newPeerId() } });
  const record = async (project: ProjectClient, count: number) => {
    const subjectId = randomUUID();
    const facts = Array.from({ length: count }, joined);
    const projectId = ProjectId.parse(project.projectId);
    await transact(api.connection, (tx) => recordFacts(tx, [{ projectId, kind: "call", subjectId, after: 0, facts }]));
    return subjectId;
  };

  test("what happens to a project and its keys, each once, in order", async () => {
    const project = await api.client.project();
    const path = `/projects/${project.projectId}`;
    const change = (json: object) => api.client.asAdmin("PATCH", path, { json });
    await change({ connectionLimit: 5, name: "Test" });
    await change({ connectionLimit: 5 });
    await change({});
    const { body } = await api.client.asAdmin("POST", `${path}/keys`, { json: { name: "second" } });
    const { keyId } = body as { keyId: string };
    for (const _twice of [1, 2]) await api.client.asAdmin("DELETE", `${path}/keys/${keyId}`);
    const events = await readAll(project, 5);
    expect(events.map(({ type, data, seq }) => ({ type, data, seq }))).toEqual([
      { type: "project.created", data: { name: "Test" }, seq: 1 },
      { type: "key.created", data: { keyId: expect.any(String), name: "default" }, seq: 2 },
      { type: "project.updated", data: { changed: ["connectionLimit"] }, seq: 3 },
      { type: "key.created", data: { keyId, name: "second" }, seq: 4 },
      { type: "key.revoked", data: { keyId }, seq: 5 },
    ]);
    for (const { subject } of events) expect(subject).toEqual({ kind: "project", id: project.projectId });
  });

  test("keys that are made and revoked at once are counted without a gap", async () => {
    const project = await api.client.project();
    const path = `/projects/${project.projectId}/keys`;
    const made = await Promise.all(
      Array.from({ length: 10 }, () => api.client.asAdmin("POST", path, { json: { name: "many" } })),
    );
    await Promise.all(
      made.map(({ body }) => api.client.asAdmin("DELETE", `${path}/${(body as { keyId: string }).keyId}`)),
    );
    const events = await readAll(project, 22);
    expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: 22 }, (_, index) => index + 1));
  });

  test("pages: after a cursor, by type, by subject, with a limit", async () => {
    const project = await api.client.project();
    const subject = await record(project, 120);
    const first = await readAll(project, 100);
    expect(first).toHaveLength(100);
    const { cursor } = await read(project);
    expect((await read(project, { after: cursor })).events).toHaveLength(22);
    expect(await readAll(project, 120, { subject, limit: "1000" })).toHaveLength(120);
    expect((await read(project, { types: "key.created,project.created" })).events).toHaveLength(2);
    expect((await read(project, { types: "call.ended" })).events).toEqual([]);
    expect((await read(project, { limit: "1" })).events).toHaveLength(1);
  });

  test.each([
    [{ after: "yesterday" }, "invalid_cursor", "Invalid after query parameter."],
    [{ after: "" }, "invalid_cursor", "Invalid after query parameter."],
    [{ limit: "0" }, "invalid_limit", "Invalid limit query parameter."],
    [{ limit: "1001" }, "invalid_limit", "Invalid limit query parameter."],
    [
      { types: "call.ended,call.begun" },
      "invalid_types",
      'Invalid types query parameter: there is no type "call.begun".',
    ],
    [{ types: "" }, "invalid_types", 'Invalid types query parameter: there is no type "".'],
    [{ subject: "peer_1" }, "invalid_subject", "Invalid subject query parameter."],
  ] as const)("%j is refused", async (query, code, sentence) => {
    expectError(await ask(await api.client.project(), query), 400, sentence, code);
  });

  test("a cursor from before what is kept has expired", async () => {
    const project = await api.client.project();
    const [first] = await readAll(project, 2);
    const { cursor } = await read(project);
    const [positions] = await api.connection.db.select().from(eventPositions);
    await api.connection.db.update(eventPositions).set({ deleted: positions?.last ?? 0 });
    const expired = "Events after this cursor have been deleted because of their age. Start again without a cursor.";
    expectError(await ask(project, { after: String(first?.cursor) }), 410, expired, "cursor_expired");
    expect((await ask(project, { after: cursor })).status).toBe(200);
  });

  test("only with a secret key of the project", async () => {
    const [one, other] = [await api.client.project(), await api.client.project()];
    const answer = await one.ask("GET", "/events", { bearer: other.secretKey });
    expectError(answer, 401, "Invalid project id or secret key.", "invalid_secret_key");
  });
});
