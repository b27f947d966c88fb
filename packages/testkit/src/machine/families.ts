import { parentOfEach, threadStates } from "./process-table.ts";

const FREEZES_WITHIN_MS = 5000;
const PAUSE_MS = 1;

/** Sends a signal to one process. False when it no longer exists. */
export function signalProcess(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return false;
    throw error;
  }
}

/** Whether a process runs. One that has ended is not alive, even if its exit code has not been collected. */
export function isAlive(pid: number): boolean {
  // In a container without an init process, orphans stay in the table as zombies.
  return signalProcess(pid, 0) && threadStates(pid).some((state) => state !== "Z");
}

/**
 * Sends a signal to a process and all its descendants, parents first, so that a killed parent starts no replacements.
 * When this returns after SIGSTOP, the whole family is stopped.
 */
export function signalFamily(pid: number, signal: NodeJS.Signals): void {
  if (signal === "SIGSTOP") freeze(pid);
  else for (const member of family(pid)) signalProcess(member, signal);
}

/** A stop takes effect thread by thread, and what is not stopped yet still answers and forks. */
function freeze(pid: number): void {
  const deadline = performance.now() + FREEZES_WITHIN_MS;
  for (;;) {
    const moving = family(pid).filter((member) => !isFrozen(member));
    if (moving.length === 0) return;
    if (performance.now() > deadline) throw new Error(`Processes ${moving.join(", ")} do not stop at SIGSTOP.`);
    for (const member of moving) signalProcess(member, "SIGSTOP");
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
  }
}

function isFrozen(pid: number): boolean {
  return threadStates(pid).every((state) => "TtZX".includes(state));
}

/** A process and its descendants, nearest first. */
function family(pid: number): number[] {
  const parents = parentOfEach();
  const found = [pid];
  for (let generation = found; generation.length > 0; ) {
    generation = [...parents].filter(([, parent]) => generation.includes(parent)).map(([child]) => child);
    found.push(...generation);
  }
  return found;
}
