import { ownPostgres } from "@radist-tech/testkit";
import { sql } from "drizzle-orm";
import { expect, test, vi } from "vitest";
import { expectError } from "./testing/errors.ts";
import { startApi, type TestApi } from "./testing/start-api.ts";

const readiness = async (api: TestApi) => {
  const response = await fetch(`${api.url}/readyz`);
  return { status: response.status, body: await response.json() };
};

test("is ready while the database and the bus are there", async () => {
  await using api = await startApi();
  expect(await readiness(api)).toEqual({
    status: 200,
    body: { status: "ready", checks: { "api.database": true, "api.migrated": true, "api.bus": true } },
  });
  await api.bus.close();
  expect(await readiness(api)).toMatchObject({ status: 503, body: { checks: { "api.bus": false } } });
});

test("counts requests, calls, tokens and wrong credentials", async () => {
  await using api = await startApi();
  const project = await api.client.project();
  const { callId } = await project.call("public");
  await project.call("private");
  await project.mint(callId);
  await project.ask("POST", `/calls/${callId}/tokens`);
  await project.ask("GET", "/calls", { bearer: "nonsense" });
  await api.client.ask("GET", "/nowhere/rad_sk_by-mistake-in-a-path");
  const metrics = await (await fetch(`${api.url}/metrics`)).text();
  for (const line of [
    'radist_calls_created_total{access_control="public",service="api"} 1',
    'radist_calls_created_total{access_control="private",service="api"} 1',
    'radist_call_tokens_minted_total{key="public",service="api"} 1',
    'radist_call_tokens_minted_total{key="secret",service="api"} 1',
    'radist_auth_failures_total{kind="invalid_secret_key",service="api"} 1',
    'radist_http_request_duration_seconds_count{service="api",method="POST",route="/api/v1/projects/:projectId/calls",status="2xx"} 2',
    'radist_http_request_duration_seconds_count{service="api",method="GET",route="unmatched",status="4xx"} 1',
  ]) {
    expect(metrics).toContain(line);
  }
  expect(metrics).not.toContain(project.projectId);
  expect(api.logs()).toContain(`"projectId":"${project.projectId}"`);
  expect(api.logs() + metrics).not.toContain("by-mistake");
});

test("a bug is logged in full and shown without detail", async () => {
  await using api = await startApi();
  await api.connection.db.execute(sql`alter table projects rename name to lost_name`);
  const answer = await api.client.asAdmin("GET", "/projects");
  expectError(answer, 500, "Something went wrong on our side.", "internal_error");
  const logged = api
    .logs()
    .split("\n")
    .find((line) => line.includes('"level":"error"'));
  expect(logged).toContain(String(answer.headers.get("x-request-id")));
  expect(logged).toContain('column \\"name\\" does not exist');
});

test("a database that is killed: 503 until it is back, without a restart", () => isMissedAndFound("SIGKILL"));

test("a database that is frozen: 503 until it is back, without a restart", { tags: ["long"] }, () =>
  isMissedAndFound("SIGSTOP"),
);

async function isMissedAndFound(signal: "SIGKILL" | "SIGSTOP"): Promise<void> {
  await using postgres = await ownPostgres();
  await using api = await startApi({ databaseUrl: postgres.url });
  const project = await api.client.project();
  const { callId } = await project.call();

  postgres.signal(signal);
  const answers = await Promise.all([
    project.ask("POST", "/calls"),
    project.ask("GET", "/calls"),
    project.mint(callId),
    api.client.asAdmin("GET", "/projects"),
  ]);
  for (const answer of answers) {
    expectError(answer, 503, "Temporarily unavailable. Try again shortly.", "unavailable");
    expect(answer.headers.get("retry-after")).toBe("1");
  }
  expect(await readiness(api)).toMatchObject({ status: 503, body: { checks: { "api.database": false } } });

  if (signal === "SIGKILL") await postgres.start();
  else postgres.signal("SIGCONT");
  await vi.waitUntil(async () => (await readiness(api)).status === 200, { timeout: 60_000 });
  expect((await project.mint(callId)).status).toBe(200);
  expect((await project.ask("POST", "/calls")).status).toBe(200);
}
