import { join } from "node:path";
import { RadistServerClient } from "@radist-tech/server";
import { freePort, startProcess } from "@radist-tech/testkit";
import { expect, test } from "vitest";
import { printed, startStandalone, temporaryDirectory } from "./testing/platform.ts";

test("kill -9 and a second start: same keys, same calls, under the same address", async () => {
  await using directory = await temporaryDirectory();
  const data = join(directory.path, "data");
  const port = await freePort();
  const apiBaseUrl = `http://127.0.0.1:${port}/api/v1`;
  const first = await startStandalone(data, port);
  const secretKey = printed(first.output, "Secret key");
  const projectId = printed(first.output, "Project id");
  expect(first.output).toContain(`http://localhost:${port}/`);
  const server = new RadistServerClient(secretKey, { projectId, apiBaseUrl });
  const { callId } = await server.createP2PConnection();
  first.signal("SIGKILL");
  await first.exited;

  await using second = await startStandalone(data, port);
  expect(printed(second.output, "Secret key")).toBe(secretKey);
  expect(await server.getCall(callId)).toMatchObject({ callId, accessControl: "private", tombstonedAt: null });
  second.signal("SIGTERM");
  expect(await second.exited, second.output).toBe(0);
});

test("a second process on the same data says what to do", async () => {
  await using directory = await temporaryDirectory();
  const data = join(directory.path, "data");
  await using _first = await startStandalone(data, await freePort());
  await expect(startStandalone(data, await freePort())).rejects.toThrow(/in use by process \d+\. Stop that process/);
});

test("a wrong configuration lists every problem and exits 1", async () => {
  const main = new URL("main.ts", import.meta.url).pathname;
  const env = { PORT: "many", LOG_LEVEL: "loud", RECONNECT_WINDOW_MS: "-1" };
  await using process_ = await startProcess({ command: process.execPath, args: [main], env });
  expect(await process_.exited).toBe(1);
  for (const name of Object.keys(env)) expect(process_.output).toContain(name);
});
