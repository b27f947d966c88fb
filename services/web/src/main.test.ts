import { CreatedProject, Key, Project } from "@radist-tech/protocol";
import { reservePort, startProcess } from "@radist-tech/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { ADMIN_TOKEN, admin, type RunningService, startApi, startWeb } from "./testing-api.ts";

let api: RunningService;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const ownProject = async (origin: string): Promise<Project> => {
  const projects = z.array(Project).parse(await admin(origin, "/projects"));
  const [found, ...more] = projects.filter(({ name }) => name === "Radist web");
  expect(more).toEqual([]);
  if (!found) throw new Error("no project of the page");
  return found;
};

const keys = async (origin: string, projectId: string): Promise<Key[]> =>
  z.array(Key).parse(await admin(origin, `/projects/${projectId}/keys`));

const startCall = (origin: string): Promise<Response> => fetch(`${origin}/web/calls`, { method: "POST" });

test("with the admin token alone it creates a project, and a key that it revokes when it stops", async () => {
  const env = { RADIST_ADMIN_TOKEN: ADMIN_TOKEN };
  await using one = await startWeb(api.origin, { ...env, NODE_ID: "one" });
  await using two = await startWeb(api.origin, { ...env, NODE_ID: "two" });
  const project = await ownProject(api.origin);
  expect((await startCall(one.origin)).status).toBe(200);
  expect((await startCall(two.origin)).status).toBe(200);

  const live = (await keys(api.origin, project.projectId)).filter(({ revokedAt }) => revokedAt === null);
  expect(live.map(({ name }) => name).toSorted()).toEqual(["web one", "web two"]);

  one.process.signal("SIGTERM");
  expect(await one.process.exited).toBe(0);
  two.process.signal("SIGKILL");
  await two.process.exited;
  const left = (await keys(api.origin, project.projectId)).filter(({ revokedAt }) => revokedAt === null);
  expect(left.map(({ name }) => name)).toEqual(["web two"]);

  await using again = await startWeb(api.origin, { ...env, NODE_ID: "two" });
  expect((await startCall(again.origin)).status).toBe(200);
  const now = (await keys(api.origin, project.projectId)).filter(({ revokedAt }) => revokedAt === null);
  expect(now).toHaveLength(1);
  expect(now[0]?.keyId).not.toBe(left[0]?.keyId);
});

test("two processes that start before the API is up agree on one project", { tags: ["long"] }, async () => {
  const port = await reservePort();
  const origin = `http://127.0.0.1:${port}`;
  const env = { RADIST_ADMIN_TOKEN: ADMIN_TOKEN };
  const starting = Promise.all([
    startWeb(origin, { ...env, NODE_ID: "a" }),
    startWeb(origin, { ...env, NODE_ID: "b" }),
  ]);
  await using late = await startApi(port);
  const [a, b] = await starting;
  await using _a = a;
  await using _b = b;
  await ownProject(late.origin);
  expect((await startCall(a.origin)).status).toBe(200);
  expect((await startCall(b.origin)).status).toBe(200);
  expect(await (await fetch(`${a.origin}/web/config`)).json()).toEqual(
    await (await fetch(`${b.origin}/web/config`)).json(),
  );
});

test("with a given project it uses the given keys and creates none", async () => {
  const created = CreatedProject.parse(await admin(api.origin, "/projects", { name: "Given" }));
  await using web = await startWeb(api.origin, {
    RADIST_PROJECT_ID: created.projectId,
    RADIST_PUBLIC_KEY: created.publicKey,
    RADIST_KEY: created.secretKey,
    PUBLIC_API_BASE_URL: "https://api.example.com/api/v1",
  });
  const config = await fetch(`${web.origin}/web/config`);
  expect(await config.json()).toEqual({ publicKey: created.publicKey, apiBaseUrl: "https://api.example.com/api/v1" });
  expect(config.headers.get("content-security-policy")).toContain(
    "connect-src 'self' https://api.example.com wss://api.example.com;",
  );
  expect((await startCall(web.origin)).status).toBe(200);
  expect(await keys(api.origin, created.projectId)).toHaveLength(1);
  expect(web.process.output).not.toContain(created.secretKey);
});

test.each([
  { env: {}, says: "RADIST_ADMIN_TOKEN" },
  { env: { RADIST_ADMIN_TOKEN: "12345" }, says: "RADIST_ADMIN_TOKEN: Must be 16 to 512 printable ASCII characters" },
  { env: { RADIST_ADMIN_TOKEN: ADMIN_TOKEN, API_BASE_URL: "nowhere", PORT: "99999" }, says: "API_BASE_URL" },
  { env: { RADIST_KEY: "rad_sk_mistyped" }, says: "RADIST_KEY" },
])("a wrong environment ($says) is named, and ends the process", async ({ env, says }) => {
  const args = [new URL("./main.ts", import.meta.url).pathname];
  const started = await startProcess({ command: process.execPath, args, env: env as Record<string, string> });
  expect(await started.exited).toBe(1);
  expect(started.output).toContain(says);
  expect(started.output).not.toContain("mistyped");
});

test("with a wrong admin token it exits at once", async () => {
  const args = [new URL("./main.ts", import.meta.url).pathname];
  const env = { PORT: "0", API_BASE_URL: `${api.origin}/api/v1`, RADIST_ADMIN_TOKEN: "another-admin-token" };
  const started = await startProcess({ command: process.execPath, args, env });
  expect(await started.exited).toBe(1);
  expect(started.output).toContain("Invalid admin token.");
});
