import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { isAlive, signalFamily } from "./families.ts";
import { threadStates } from "./process-table.ts";

/** A process with a child, both writing without a pause. */
const FAMILY = `
  const { spawn } = require("child_process");
  if (process.argv[1] !== "child") spawn(process.execPath, ["-e", process.env.CODE, "child"], { stdio: "inherit" });
  setInterval(() => process.stdout.write(process.pid + "\\n"), 1);`;

async function startFamily() {
  const parent = spawn(process.execPath, ["-e", FAMILY], {
    env: { CODE: FAMILY },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  parent.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const members = () => new Set(output.split("\n").slice(0, -1).map(Number));
  await expect.poll(() => members().size).toBe(2);
  return { parent, pid: parent.pid ?? 0, members: [...members()], written: () => output.length };
}

test("nothing of a frozen family moves until it goes on, and nothing of a killed one lives", async () => {
  const { parent, pid, members, written } = await startFamily();
  signalFamily(pid, "SIGSTOP");
  expect(members.flatMap(threadStates).filter((state) => state !== "T")).toEqual([]);

  const before = written();
  signalFamily(pid, "SIGCONT");
  await expect.poll(written).toBeGreaterThan(before);

  const ended = once(parent, "close");
  signalFamily(pid, "SIGKILL");
  await ended;
  // The orphan is killed, and gone when the system has come to it.
  await expect.poll(() => members.filter((member) => isAlive(member))).toEqual([]);
});

test("a process that is gone is told, not thrown", async () => {
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "close");
  expect(isAlive(child.pid ?? 0)).toBe(false);
  signalFamily(child.pid ?? 0, "SIGSTOP");
});
