import type { ChildProcess } from "node:child_process";
import { once } from "node:events";

/** Whether a child process has ended. */
export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** True as soon as the child process has ended, false if it has not ended in time. */
export async function endsWithin(child: ChildProcess, ms: number): Promise<boolean> {
  if (hasEnded(child)) return true;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), ms);
  try {
    await once(child, "exit", { signal: late.signal });
    return true;
  } catch (error) {
    if (late.signal.aborted) return false;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
