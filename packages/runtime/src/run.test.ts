import process from "node:process";
import { fileURLToPath } from "node:url";
import { type OwnProcess, startProcess } from "@radist-tech/testkit";
import { expect, test, vi } from "vitest";

const INDEX = fileURLToPath(new URL("index.ts", import.meta.url));

/** A service whose only plane tells what happens to it. `DRAIN` is what its draining waits for. */
const SERVICE = `
  const { commonConfig, createLogger, createRegistry, listen, readConfig, run } = await import(process.env.INDEX);
  const { Hono } = await import("hono");
  const { z } = await import("zod");
  const say = (text) => console.log(text);
  const drains = {
    nothing: () => Promise.resolve(),
    deadline: (deadline) => new Promise((resolve) => deadline.addEventListener("abort", resolve)),
    ever: () => new Promise(() => {}),
    failure: () => Promise.reject(new Error("cannot drain")),
  };
  await run(async () => {
    const config = readConfig(z.object(commonConfig), process.env);
    if (process.env.BROKEN) throw new Error("the disk is full");
    const logger = createLogger({ name: "test", level: config.LOG_LEVEL });
    const plane = {
      name: "test", http: new Hono(), checks: {},
      // Told by a signal, so that it is ready before.
      ...(process.env.FAILED && {
        failed: new Promise((resolve) => process.once("SIGUSR2", () => resolve(new Error(process.env.FAILED)))),
      }),
      drain: (deadline) => (say("drains"), drains[process.env.DRAIN ?? "nothing"](deadline)),
      close: async () => say("closes"),
    };
    const resource = (name) => ({ [Symbol.asyncDispose]: async () => say("frees " + name) });
    const listening = await listen({ planes: [plane], port: config.PORT, host: config.HOST, logger, registry: createRegistry("test") });
    say("serves at " + listening.url);
    return { listening, resources: [resource("first"), resource("second")], logger, drainMs: config.DRAIN_MS };
  });`;

const start = (env: Record<string, string> = {}): Promise<OwnProcess> =>
  startProcess({
    command: process.execPath,
    args: ["--input-type=module", "--eval", SERVICE],
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    env: { INDEX, PORT: "0", HOST: "127.0.0.1", LOG_LEVEL: "silent", ...env },
    readyLine: "serves at",
  });

test.each(["SIGTERM", "SIGINT"] as const)("%s drains, closes, frees in reverse order and exits 0", async (signal) => {
  await using service = await start();
  service.signal(signal);
  expect(await service.exited).toBe(0);
  expect(service.output.trim().split("\n").slice(1)).toEqual(["drains", "closes", "frees second", "frees first"]);
});

test("a plane that cannot go on is drained and closed, the reason is logged, and the process exits 1", async () => {
  await using service = await start({ FAILED: "another process uses this node id", LOG_LEVEL: "fatal" });
  service.signal("SIGUSR2");
  expect(await service.exited).toBe(1);
  expect(service.output).toContain("another process uses this node id");
  // The log is written when there is time for it, so its line may stand anywhere among these.
  expect(service.output.match(/^(drains|closes|frees .*)$/gm)).toEqual([
    "drains",
    "closes",
    "frees second",
    "frees first",
  ]);
});

test("draining has the time that is configured", async () => {
  await using service = await start({ DRAIN: "deadline", DRAIN_MS: "300" });
  service.signal("SIGTERM");
  expect(await service.exited).toBe(0);
  expect(service.output).toContain("frees first");
});

test("it still serves, as not ready, while it drains", async () => {
  await using service = await start({ DRAIN: "deadline", DRAIN_MS: "60000" });
  const url = /serves at (\S+)/.exec(service.output)?.[1];
  service.signal("SIGTERM");
  await expect.poll(async () => (await fetch(`${url}/readyz`)).status).toBe(503);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  service.signal("SIGKILL");
});

test("one Ctrl-C that arrives twice, from the terminal and from a parent, is one signal", async () => {
  await using service = await start({ DRAIN: "deadline", DRAIN_MS: "300" });
  service.signal("SIGINT");
  service.signal("SIGTERM");
  expect(await service.exited).toBe(0);
});

test("a later signal does not wait", async () => {
  await using service = await start({ DRAIN: "ever" });
  service.signal("SIGTERM");
  await expect.poll(() => service.output).toContain("drains");
  let hasExited = false;
  void service.exited.then(() => {
    hasExited = true;
  });
  // The first of these may still count as echoes of the same Ctrl-C.
  await vi.waitUntil(
    () => {
      if (!hasExited) service.signal("SIGTERM");
      return hasExited;
    },
    { timeout: 60_000, interval: 100 },
  );
  expect(await service.exited).toBe(1);
  expect(service.output).not.toContain("frees");
});

test("what fails to end does not keep the rest from ending", async () => {
  await using service = await start({ DRAIN: "failure", LOG_LEVEL: "error" });
  service.signal("SIGTERM");
  expect(await service.exited).toBe(1);
  expect(service.output).toContain("cannot drain");
  expect(service.output.match(/^(closes|frees .*)$/gm)).toEqual(["closes", "frees second", "frees first"]);
});

test("what never ends is left behind", { tags: ["long"] }, async () => {
  await using service = await start({ DRAIN: "ever", DRAIN_MS: "0", LOG_LEVEL: "fatal" });
  service.signal("SIGTERM");
  expect(await service.exited).toBe(1);
  expect(service.output).toContain("did not stop in time");
});

test("a configuration with problems exits 1 and tells them all, without a stack", async () => {
  const failing = start({ PORT: "70000", LOG_LEVEL: "loud", DRAIN_MS: "soon" });
  await expect(failing).rejects.toThrow(/ended before it was ready/);
  const text = await failing.catch(String);
  expect(text).toContain("has 3 problems");
  for (const name of ["PORT", "LOG_LEVEL", "DRAIN_MS"]) expect(text).toContain(`  - ${name}: `);
  expect(text).not.toMatch(/\n\s+at /);
});

test("a start that fails for another reason exits 1 and says which", async () => {
  await expect(start({ BROKEN: "1" })).rejects.toThrow("Could not start: Error: the disk is full");
});
