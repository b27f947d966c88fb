import { join } from "node:path";
import { expect, test } from "vitest";
import { isAlive } from "./machine/families.ts";
import { startProcess } from "./process.ts";

const command = process.execPath;

test("a program is ready when it says so", async () => {
  const code = "setTimeout(() => console.log('ready', process.env.GREETING), 50); setInterval(() => {}, 1000)";
  await using program = await startProcess({
    command,
    args: ["-e", code],
    env: { GREETING: "hi" },
    readyLine: "ready",
  });
  expect(program.output).toContain("ready hi");
});

test("a program is ready when its URL answers", async () => {
  const code = `
    const server = require("http").createServer((_, response) => response.end());
    server.listen(0, "127.0.0.1", () => console.log("http://127.0.0.1:" + server.address().port + "/"));`;
  const readyUrl = (output: string) => /http:\S+/.exec(output)?.[0];
  await using program = await startProcess({ command, args: ["-e", code], readyUrl });
  expect((await fetch(String(readyUrl(program.output)))).status).toBe(200);
});

test("a program that ends before it is ready is an error with its output", async () => {
  const args = ["-e", "console.error('PORT is missing'); process.exit(1)"];
  await expect(startProcess({ command, args, readyLine: "ready" })).rejects.toThrow(/PORT is missing/);
});

test("the exit code is told", async () => {
  await using program = await startProcess({ command, args: ["-e", "process.exit(3)"] });
  expect(await program.exited).toBe(3);
});

test("disposal ends a program, even a frozen one", async () => {
  const frozen = await startProcess({ command, args: ["-e", "setInterval(() => {}, 1000)"] });
  frozen.signal("SIGSTOP");
  await frozen[Symbol.asyncDispose]();
  expect(await frozen.exited).toBeNull();
  expect(isAlive(frozen.pid)).toBe(false);
});

test("disposal ends what a program has started and left behind", async () => {
  const code = `
    const child = require("child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "inherit" });
    child.unref();
    console.log("child " + child.pid);
    process.on("SIGTERM", () => process.exit());
    setInterval(() => {}, 1000);`;
  const program = await startProcess({ command, args: ["-e", code], readyLine: /child \d+\n/ });
  const child = Number(/child (\d+)/.exec(program.output)?.[1]);
  await program[Symbol.asyncDispose]();
  await expect.poll(() => isAlive(child)).toBe(false);
});

test("nothing outlives a test process that is killed", async () => {
  const script = `
    const { ownNats } = await import(${JSON.stringify(join(import.meta.dirname, "own-servers.ts"))});
    const server = await ownNats();
    console.log("pid " + server.pid);
    setInterval(() => {}, 1000);`;
  await using owner = await startProcess({
    command,
    args: ["--input-type=module", "-e", script],
    readyLine: /pid \d+\n/,
  });
  const pid = Number(/pid (\d+)/.exec(owner.output)?.[1]);
  expect(isAlive(pid)).toBe(true);
  owner.signal("SIGKILL");
  await expect.poll(() => isAlive(pid)).toBe(false);
});
