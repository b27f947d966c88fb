import process from "node:process";
import { fileURLToPath } from "node:url";
import { freePort, ownPostgres, startProcess } from "@radist-tech/testkit";
import { expect, test, vi } from "vitest";

const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));
const node = (env: Record<string, string>) => ({ command: process.execPath, args: [MAIN], env });

test("a wrong environment: all problems at once, exit code 1, and no value is printed", async () => {
  const env = {
    PORT: "http",
    DATABASE_URL: "mysql://root:hunter2@db",
    TOKEN_TTL_SECONDS: "0",
    RADIST_ADMIN_TOKEN: "a b",
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
  const url = `http://127.0.0.1:${await freePort()}`;
  await using service = await startProcess({
    ...node({ PORT: new URL(url).port, DATABASE_URL: postgres.url, NATS_URL: "memory:", RADIST_ADMIN_TOKEN: "admin" }),
    readyUrl: `${url}/healthz`,
    readyWithinMs: 60_000,
  });
  const ready = async () => (await fetch(`${url}/readyz`)).json();
  expect(await ready()).toMatchObject({ checks: { "api.database": false, "api.migrated": false } });
  const listProjects = () => fetch(`${url}/api/v1/projects`, { headers: { authorization: "Bearer admin" } });
  expect((await listProjects()).status).toBe(503);

  await postgres.start();
  await vi.waitUntil(async () => (await fetch(`${url}/readyz`)).ok, { timeout: 30_000 });
  expect(await (await listProjects()).json()).toEqual([]);
  service.signal("SIGTERM");
  expect(await service.exited).toBe(0);
}, 90_000);
