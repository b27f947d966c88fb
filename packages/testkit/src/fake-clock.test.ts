import process from "node:process";
import { describe, expect, test } from "vitest";
import { type FakedClocks, fakeClock } from "./fake-clock.ts";
import { isRoot } from "./machine/account.ts";
import { type OwnProcess, startProcess } from "./process.ts";

const CLOCKS = `setInterval(() => console.log(Date.now() + " " + Math.round(performance.now())), 20)`;
const JUMP_MS = 300_000;

const start = (env: Readonly<Record<string, string>>): Promise<OwnProcess> =>
  startProcess({ command: process.execPath, args: ["-e", CLOCKS], env: { ...env }, readyLine: "\n" });

/** What the process last said of its two clocks, milliseconds. */
function clocksOf({ output }: OwnProcess): { wall: number; monotonic: number } {
  const [wall, monotonic] = (output.trimEnd().split("\n").at(-1) ?? "").split(" ").map(Number);
  return { wall: wall ?? 0, monotonic: monotonic ?? 0 };
}

describe.skipIf(process.platform !== "linux" || !isRoot())("A fake clock", () => {
  test.each<[FakedClocks, boolean]>([
    ["wall", false],
    ["all", true],
  ])("that is wrong in %s jumps while the process runs", async (clocks, isMonotonicWrong) => {
    await using clock = await fakeClock(clocks);
    await using running = await start(clock.env);
    const before = clocksOf(running);
    await clock.set(JUMP_MS / 1_000);
    await expect.poll(() => clocksOf(running).wall - before.wall).toBeGreaterThan(JUMP_MS);
    // Of the same moment as the jump of the other.
    expect(clocksOf(running).monotonic - before.monotonic > JUMP_MS).toBe(isMonotonicWrong);
  });
});
