import { CreatedKey, newKeyId, newProjectId } from "@radist-tech/protocol";
import { afterAll, describe, expect, test, vi } from "vitest";
import { expectError } from "../testing/errors.ts";
import { startApi } from "../testing/start-api.ts";

const api = await startApi();
afterAll(() => api[Symbol.asyncDispose]());
const { client } = api;
const INSTANT = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

test("a key is shown once, works, and is listed without its secret", async () => {
  const project = await client.project();
  const answer = await client.asAdmin("POST", `/projects/${project.projectId}/keys`, { json: { name: "ci" } });
  expect(answer.status).toBe(200);
  const { keyId, secretKey } = CreatedKey.strict().parse(answer.body);
  expect((await project.ask("GET", "/calls", { bearer: secretKey })).status).toBe(200);

  const listed = await client.asAdmin("GET", `/projects/${project.projectId}/keys`);
  expect(listed.status).toBe(200);
  expect(listed.body).toEqual([
    expect.objectContaining({ name: "default" }),
    { keyId, name: "ci", createdAt: INSTANT, lastUsedAt: expect.toSatisfy(isInstantOrNull), revokedAt: null },
  ]);
  expect(JSON.stringify(listed.body)).not.toContain("rad_sk_");
});

const isInstantOrNull = (value: unknown): boolean => value === null || typeof value === "string";

test("the first use of a key is noted, and the next within a minute is not", async () => {
  const project = await client.project();
  const lastUsedAt = async (): Promise<unknown> => {
    const { body } = await client.asAdmin("GET", `/projects/${project.projectId}/keys`);
    return (body as { lastUsedAt: unknown }[])[0]?.lastUsedAt;
  };
  expect(await lastUsedAt()).toBeNull();
  await project.ask("GET", "/calls");
  const first = await vi.waitUntil(lastUsedAt, { timeout: 60_000 });
  expect(first).toEqual(INSTANT);
  await project.ask("GET", "/calls");
  expect(await lastUsedAt()).toBe(first);
});

test("a revoked key is refused by the next request; revoking again changes nothing", async () => {
  const project = await client.project();
  const { body } = await client.asAdmin("POST", `/projects/${project.projectId}/keys`, { json: { name: "old" } });
  const { keyId, secretKey } = CreatedKey.parse(body);
  const revoke = () => client.asAdmin("DELETE", `/projects/${project.projectId}/keys/${keyId}`);
  const revokedAt = async (): Promise<unknown> => {
    const listed = await client.asAdmin("GET", `/projects/${project.projectId}/keys`);
    return (listed.body as { keyId: string; revokedAt: unknown }[]).find((key) => key.keyId === keyId)?.revokedAt;
  };
  expect(await revoke()).toMatchObject({ status: 204, body: "" });
  expectError(
    await project.ask("GET", "/calls", { bearer: secretKey }),
    401,
    "Invalid project id or secret key.",
    "invalid_secret_key",
  );
  expect((await project.ask("GET", "/calls")).status).toBe(200);
  const first = await revokedAt();
  expect(first).toEqual(INSTANT);
  expect((await revoke()).status).toBe(204);
  expect(await revokedAt()).toBe(first);
});

describe("an unknown path", () => {
  test.each(["nonsense", newKeyId()])("key %s is not found", async (keyId) => {
    const project = await client.project();
    const answer = await client.asAdmin("DELETE", `/projects/${project.projectId}/keys/${keyId}`);
    expectError(answer, 404, "Key not found.", "key_not_found");
  });

  test("a key of another project is not found, and still works", async () => {
    const [mine, theirs] = [await client.project(), await client.project()];
    const listed = await client.asAdmin("GET", `/projects/${theirs.projectId}/keys`);
    const keyId = (listed.body as { keyId: string }[])[0]?.keyId;
    const answer = await client.asAdmin("DELETE", `/projects/${mine.projectId}/keys/${keyId}`);
    expectError(answer, 404, "Key not found.", "key_not_found");
    expect((await theirs.ask("GET", "/calls")).status).toBe(200);
  });

  test.each(["nonsense", newProjectId()])("project %s is not found", async (projectId) => {
    for (const [method, path] of [
      ["POST", "/keys"],
      ["GET", "/keys"],
      ["DELETE", `/keys/${newKeyId()}`],
    ] as const) {
      const json = method === "POST" ? { name: "x" } : undefined;
      const answer = await client.asAdmin(method, `/projects/${projectId}${path}`, { json });
      expectError(answer, 404, "Project not found.", "project_not_found");
    }
  });

  test("a key without a name is refused", async () => {
    const project = await client.project();
    const answer = await client.asAdmin("POST", `/projects/${project.projectId}/keys`, { json: {} });
    const sentence = "Invalid request body: name: Invalid input: expected string, received undefined.";
    expectError(answer, 400, sentence, "invalid_body");
  });
});
