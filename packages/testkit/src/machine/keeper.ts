import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";

/** A resource of the machine that must not outlive this process. */
export type Kept = { pid: number } | { directory: string } | { container: string } | { namespace: string };
export type KeeperLine = { does: "keep" | "release"; what: Kept };

let keeper: ChildProcess | undefined;

/**
 * Promises that `what` is ended (process, with all its children) or removed (directory, container) when this process
 * ends without having released it: killed, crashed, or stopped by the test runner at a timeout.
 */
export function keep(what: Kept): void {
  send({ does: "keep", what });
}

/** Withdraws the promise, after the owner has cleaned up itself. */
export function release(what: Kept): void {
  send({ does: "release", what });
}

function send(line: KeeperLine): void {
  keeper ??= startKeeper();
  keeper.stdin?.write(`${JSON.stringify(line)}\n`);
}

function startKeeper(): ChildProcess {
  const child = spawn(process.execPath, [join(import.meta.dirname, "keeper-process.ts")], {
    detached: true,
    stdio: ["pipe", "ignore", "inherit"],
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  child.unref();
  // The pipe must not keep this process alive; its end is the signal to clean up.
  if (child.stdin && "unref" in child.stdin && typeof child.stdin.unref === "function") child.stdin.unref();
  return child;
}
