import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { startProcess } from "../../packages/testkit/src/process.ts";

const HEALTH_CHECK = fileURLToPath(new URL("health-check.mjs", import.meta.url));

async function check(env: Record<string, string>) {
  await using started = await startProcess({ command: process.execPath, args: [HEALTH_CHECK], env });
  return { code: await started.exited, output: started.output };
}

/** A service whose readiness is `status`, and what its process would be told about its port. */
async function service(status: number, host = "127.0.0.1") {
  const server = createServer((request, response) => {
    response.writeHead(request.url === "/readyz" ? status : 404).end(`{"status":${status}}`);
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const port = String((server.address() as AddressInfo).port);
  const close = () => new Promise<void>((resolve) => void server.close(() => resolve()));
  return { port, [Symbol.asyncDispose]: close };
}

test.each([
  [200, 0],
  [503, 1],
  [404, 1],
])("a service whose /readyz answers %i: exit code %i, and the answer for whoever looks", async (status, code) => {
  await using on = await service(status);
  expect(await check({ PORT: on.port })).toEqual({ code, output: `${status} {"status":${status}}\n` });
});

test("with ADMIN_PORT it is asked there, at the address that it listens at", async () => {
  await using ready = await service(200);
  await using other = await service(404);
  const env = { PORT: other.port, ADMIN_PORT: ready.port };
  for (const more of [{}, { ADMIN_HOST: "0.0.0.0" }, { ADMIN_HOST: "127.0.0.1", HOST: "203.0.113.7" }]) {
    expect(await check({ ...env, ...more })).toMatchObject({ code: 0 });
  }
});

test("a process that does not listen is not healthy, and the output names where it was asked", async () => {
  const gone = await service(200);
  await gone[Symbol.asyncDispose]();
  const { code, output } = await check({ PORT: gone.port });
  expect(code).toBe(1);
  expect(output).toContain(`http://127.0.0.1:${gone.port}/readyz does not answer`);
});
