import { CallPage, CreatedCall, RoomPage } from "@radist-tech/protocol";
import { afterAll, expect, test } from "vitest";
import type { ProjectClient } from "../testing/client.ts";
import { expectError } from "../testing/errors.ts";
import { startApi } from "../testing/start-api.ts";

const api = await startApi();
afterAll(() => api[Symbol.asyncDispose]());

const createMany = (project: ProjectClient, count: number) =>
  Promise.all(Array.from({ length: count }, () => project.ask("POST", "/calls")));

test("of 50 creations at once, exactly as many as the limit allows succeed", async () => {
  const project = await api.client.project({ connectionLimit: 7 });
  const answers = await createMany(project, 50);
  const refused = answers.filter(({ status }) => status !== 200);
  expect(refused).toHaveLength(43);
  for (const answer of refused) expectError(answer, 429, "Connection limit reached.", "connection_limit");
  expect((await project.ask("GET", "/calls")).body).toMatchObject({ total: 7 });
});

test("an ended call makes room; another project's calls do not count", async () => {
  const project = await api.client.project({ connectionLimit: 1 });
  await (await api.client.project()).call();
  const { callId } = await project.call();
  expect((await project.ask("POST", "/calls")).status).toBe(429);
  await project.ask("DELETE", `/calls/${callId}`);
  expect((await project.ask("POST", "/calls")).status).toBe(200);
});

test("rooms count like calls: of both at once, exactly as many as the limit allows succeed", async () => {
  const project = await api.client.project({ connectionLimit: 5 });
  const paths = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? "/calls" : "/rooms"));
  const answers = await Promise.all(paths.map((path) => project.ask("POST", path)));
  const refused = answers.filter(({ status }) => status !== 200);
  expect(refused).toHaveLength(15);
  for (const answer of refused) expectError(answer, 429, "Connection limit reached.", "connection_limit");
  const { rooms } = RoomPage.parse((await project.ask("GET", "/rooms")).body);
  const { calls } = CallPage.parse((await project.ask("GET", "/calls")).body);
  expect(rooms.length + calls.length).toBe(5);
  for (const { roomId } of rooms) await project.ask("DELETE", `/rooms/${roomId}`);
  for (const { callId } of calls) await project.ask("DELETE", `/calls/${callId}`);
  expect((await project.ask("POST", "/rooms")).status).toBe(200);
});

test("a limit of zero refuses all, no limit refuses none, and a changed limit counts at once", async () => {
  const project = await api.client.project({ connectionLimit: 0 });
  expect((await project.ask("POST", "/calls")).status).toBe(429);
  await api.client.asAdmin("PATCH", `/projects/${project.projectId}`, { json: { connectionLimit: null } });
  const answers = await createMany(project, 30);
  expect(new Set(answers.map(({ body }) => CreatedCall.parse(body).callId)).size).toBe(30);
});

test("a refusal is not kept under an Idempotency-Key: once there is room, the repeat succeeds", async () => {
  const project = await api.client.project({ connectionLimit: 0 });
  const create = () => project.ask("POST", "/calls", { headers: { "idempotency-key": "again" } });
  expect((await create()).status).toBe(429);
  await api.client.asAdmin("PATCH", `/projects/${project.projectId}`, { json: { connectionLimit: 1 } });
  const created = await create();
  expect(created.status).toBe(200);
  expect(created.headers.get("idempotency-replayed")).toBeNull();
});
