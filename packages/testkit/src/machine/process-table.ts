import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

// Linux shows processes as files; elsewhere there is ps.
const HAS_PROC = existsSync("/proc/self/stat");

/** The parent of each process on this machine. */
export function parentOfEach(): Map<number, number> {
  return HAS_PROC ? parentsFromProc() : parentsFromPs();
}

/** The states of a process's threads by their letters in proc(5) and ps(1); none when there is no such process. */
export function threadStates(pid: number): string[] {
  if (!HAS_PROC) return rowsOfPs("-p", `${pid}`, "-o", "state=").map((row) => row.charAt(0));
  const threads = list(`/proc/${pid}/task`).map((thread) => stat(`/proc/${pid}/task/${thread}/stat`));
  return threads.flatMap((thread) => (thread ? [thread.state] : []));
}

function parentsFromProc(): Map<number, number> {
  const pids = list("/proc").map(Number).filter(Number.isInteger);
  const stats = pids.map((pid) => [pid, stat(`/proc/${pid}/stat`)] as const);
  return new Map(stats.flatMap(([pid, found]) => (found ? [[pid, found.parent] as const] : [])));
}

function stat(file: string): { state: string; parent: number } | undefined {
  const text = unlessGone(() => readFileSync(file, "latin1"), undefined);
  // proc(5): `pid (name) state ppid …`, and the name may itself hold spaces and parentheses.
  const [state, parent] = text?.slice(text.lastIndexOf(")") + 2).split(" ") ?? [];
  return state === undefined ? undefined : { state, parent: Number(parent) };
}

function list(folder: string): string[] {
  return unlessGone(() => readdirSync(folder), []);
}

/** A process may end between being listed and being read. */
function unlessGone<T, U>(read: () => T, otherwise: U): T | U {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ESRCH")) {
      return otherwise;
    }
    throw error;
  }
}

function parentsFromPs(): Map<number, number> {
  return new Map(rowsOfPs("-A", "-o", "pid=,ppid=").map((row) => row.split(/\s+/).map(Number) as [number, number]));
}

function rowsOfPs(...args: string[]): string[] {
  try {
    const rows = execFileSync("ps", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).split("\n");
    return rows.map((row) => row.trim()).filter(Boolean);
  } catch (error) {
    // Its way to say that there is no such process.
    if (error instanceof Error && "status" in error && error.status === 1) return [];
    throw error;
  }
}
