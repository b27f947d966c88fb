import process from "node:process";
import { fileURLToPath } from "node:url";
import { ownPostgres, startProcess, startService } from "@radist-tech/testkit";
import { expect, test, vi } from "vitest";

const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));
const node = (env: Record<string, string>) => ({ command: process.execPath, args: [MAIN], env });

test("a wrong environment: all problems at once, exit code 1, and no value is printed", async () => {
  const env = {
    PORT: "http",
    DATABASE_URL: "mysql://root:hunter2@db",
    TOKEN_TTL_SECONDS: "0",
    RADIST_ADMIN_TOKEN: "fifteen-letters",
  };
  await using service = await startProcess(node(env));
  expect(await service.exited).toBe(1);
  for (const name of ["PORT", "DATABASE_URL", "NATS_URL is missing", "TOKEN_TTL_SECONDS", "RADIST_ADMIN_TOKEN"]) {
    expect(service.output).toContain(name);
  }
  expect(service.output).not.toMatch(/hunter2|a b/);
});

test("starts before its database, is ready once that is there, and ends by SIGTERM with 0", async () => {
  await using postgres = await ownPostgres();
  await postgres.stop();
  await using service = await startService({
    main: MAIN,
    env: {
      DATABASE_URL: postgres.url,
      NATS_URL: "memory:",
      RADIST_ADMIN_TOKEN: "admin-token-of-the-tests",
      ADMIN_PORT: "0",
      ADMIN_HOST: "127.0.0.1",
    },
    readyPath: "/healthz",
  });
  const { url } = service;
  const adminUrl = `http://127.0.0.1:${/"adminPort":(\d+)/.exec(service.process.output)?.[1]}`;
  expect((await fetch(`${url}/readyz`)).status).toBe(404);
  const ready = async () => (await fetch(`${adminUrl}/readyz`)).json();
  expect(await ready()).toMatchObject({ checks: { "api.database": false, "api.migrated": false } });
  const listProjects = () =>
    fetch(`${url}/api/v1/projects`, { headers: { authorization: "Bearer admin-token-of-the-tests" } });
  expect((await listProjects()).status).toBe(503);

  await postgres.start();
  await vi.waitUntil(async () => (await fetch(`${adminUrl}/readyz`)).ok, { timeout: 60_000 });
  expect(await (await listProjects()).json()).toEqual([]);
  service.process.signal("SIGTERM");
  expect(await service.process.exited).toBe(0);
});
