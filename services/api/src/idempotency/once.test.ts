import { CallPage, CreatedCall } from "@radist-tech/protocol";
import { afterAll, describe, expect, test } from "vitest";
import type { Answer, ProjectClient } from "../testing/client.ts";
import { credentialsIn } from "../testing/credentials-in.ts";
import { expectError } from "../testing/errors.ts";
import { startApi } from "../testing/start-api.ts";

const api = await startApi();
afterAll(() => api[Symbol.asyncDispose]());
const { client } = api;
const REUSED = "This Idempotency-Key was already used with another request.";

const keyed = (key: string, extra: Record<string, string> = {}) => ({ headers: { "idempotency-key": key, ...extra } });
const wasReplayed = (answer: Answer): boolean => answer.headers.get("idempotency-replayed") === "true";
const countCalls = async (project: ProjectClient) => CallPage.parse((await project.ask("GET", "/calls")).body).total;

test("50 concurrent twins create one call, and all get its answer", async () => {
  const project = await client.project();
  const answers = await Promise.all(Array.from({ length: 50 }, () => project.ask("POST", "/calls", keyed("twin"))));
  expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200));
  expect(new Set(answers.map(({ body }) => JSON.stringify(CreatedCall.parse(body)))).size).toBe(1);
  expect(answers.filter(wasReplayed)).toHaveLength(49);
  expect(await countCalls(project)).toBe(1);
});

test("each creating request replays its answer", async () => {
  const project = await client.project();
  const { callId } = await project.call();
  const { roomId } = await project.room();
  const creations: [string, () => Promise<Answer>][] = [
    ["a call", () => project.ask("POST", "/calls", keyed("call"))],
    ["a token", () => project.ask("POST", `/calls/${callId}/tokens`, keyed("token"))],
    ["a room", () => project.ask("POST", "/rooms", keyed("room"))],
    ["a token for a room", () => project.ask("POST", `/rooms/${roomId}/tokens`, keyed("room-token"))],
    ["a token for a browser", () => project.mint(callId, keyed("token"))],
    ["a project", () => client.asAdmin("POST", "/projects", { json: { name: "P" }, ...keyed(project.projectId) })],
    [
      "a key",
      () => client.asAdmin("POST", `/projects/${project.projectId}/keys`, { json: { name: "K" }, ...keyed(callId) }),
    ],
  ];
  for (const [name, create] of creations) {
    const [first, second] = [await create(), await create()];
    expect([name, first.status, wasReplayed(first)]).toEqual([name, 200, false]);
    expect([name, second.status, wasReplayed(second)]).toEqual([name, 200, true]);
    expect(second.body).toEqual(first.body);
  }
});

describe("the same key with another request is refused", () => {
  test("another body", async () => {
    const project = await client.project();
    await project.ask("POST", "/calls", { json: { accessControl: "private" }, ...keyed("k") });
    const answer = await project.ask("POST", "/calls", { json: { accessControl: "public" }, ...keyed("k") });
    expectError(answer, 422, REUSED, "idempotency_key_reused");
    expect(await countCalls(project)).toBe(1);
  });

  test("another path", async () => {
    const project = await client.project();
    const { callId } = CreatedCall.parse((await project.ask("POST", "/calls", keyed("k"))).body);
    const answer = await project.ask("POST", `/calls/${callId}/tokens`, keyed("k"));
    expectError(answer, 422, REUSED, "idempotency_key_reused");
  });

  test("another secret key of the project: it cannot open the answer", async () => {
    const project = await client.project();
    const created = await client.asAdmin("POST", `/projects/${project.projectId}/keys`, { json: { name: "b" } });
    const { secretKey } = created.body as { secretKey: string };
    await project.ask("POST", "/calls", keyed("k"));
    const answer = await project.ask("POST", "/calls", { bearer: secretKey, ...keyed("k") });
    expectError(answer, 422, REUSED, "idempotency_key_reused");
  });
});

test("projects do not share keys", async () => {
  const [one, other] = [await client.project(), await client.project()];
  const answers = [await one.ask("POST", "/calls", keyed("k")), await other.ask("POST", "/calls", keyed("k"))];
  expect(answers.map(wasReplayed)).toEqual([false, false]);
});

test("after 24 hours a key can be used anew", async () => {
  const project = await client.project();
  await project.ask("POST", "/calls", keyed("k"));
  const age = (interval: string) =>
    api.connection.db.execute(
      `update idempotent_answers set created_at = now() - interval '${interval}' where scope = '${project.projectId}'`,
    );
  await age("23 hours 59 minutes");
  expect(wasReplayed(await project.ask("POST", "/calls", keyed("k")))).toBe(true);
  await age("24 hours 1 minute");
  expect(wasReplayed(await project.ask("POST", "/calls", { json: {}, ...keyed("k") }))).toBe(false);
  expect(await countCalls(project)).toBe(2);
});

test.each([" ", "", "a b", "é", "x".repeat(256), "tab\there"])("the key %j is refused", async (key) => {
  const project = await client.project();
  const answer = await project.ask("POST", "/calls", keyed(key));
  expectError(answer, 400, "Invalid Idempotency-Key header.", "invalid_idempotency_key");
});

test("a key of 255 visible characters is fine", async () => {
  const project = await client.project();
  expect((await project.ask("POST", "/calls", keyed("~".repeat(255)))).status).toBe(200);
});

test("the database holds neither the answers' credentials nor the keys", async () => {
  const project = await client.project();
  await project.ask("POST", "/calls", keyed("my-idempotency-key"));
  const rows = await api.connection.db.query.idempotentAnswers.findMany();
  const text = rows.map((row) => `${row.scope} ${row.key} ${Buffer.from(row.sealedAnswer).toString("latin1")}`).join();
  expect(credentialsIn(text)).toEqual([]);
  expect(text).not.toContain("my-idempotency-key");
});
