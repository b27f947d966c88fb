import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { endsWithin, hasEnded } from "./machine/ending.ts";
import { signalFamily, signalProcess } from "./machine/families.ts";
import { keep, release } from "./machine/keeper.ts";
import { parentOfEach } from "./machine/process-table.ts";

const STOP_WITHIN_MS = 10_000;
const INHERITED = ["PATH", "HOME", "TMPDIR", "LANG"];

export interface ProcessOptions {
  command: string;
  args?: string[];
  /** The whole environment but for PATH, HOME, TMPDIR and LANG, which are those of the tests. */
  env?: Record<string, string>;
  cwd?: string;
  /** It is ready when its output holds this, */
  readyLine?: string | RegExp;
  /** or when the URL that its output names answers with a success status. With neither it is ready at once. */
  readyUrl?: (output: string) => string | undefined;
  /** Default 60 s. */
  readyWithinMs?: number;
}

export interface OwnProcess extends AsyncDisposable {
  readonly pid: number;
  /** Everything that it has written, stdout and stderr as they came. */
  readonly output: string;
  signal(name: NodeJS.Signals): void;
  /** The processes that it has started and that live, by pid. */
  readonly children: readonly number[];
  /** The exit code, null when a signal ended it. */
  readonly exited: Promise<number | null>;
}

/**
 * Starts a program and resolves when it is ready. Disposal ends it by SIGTERM, after 10 s by force, and with it
 * whatever it has started.
 * @throws its output, when it ends or time is up before it is ready.
 */
export async function startProcess(options: ProcessOptions): Promise<OwnProcess> {
  const child = spawn(options.command, options.args ?? [], {
    cwd: options.cwd,
    env: { ...inheritedEnvironment(), ...options.env },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)));
  await once(child, "spawn");
  const started = new StartedProcess(child, exited);
  try {
    await started.ready(options);
    return started;
  } catch (error) {
    await started[Symbol.asyncDispose]();
    throw error;
  }
}

class StartedProcess implements OwnProcess {
  readonly pid: number;
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcess;
  #output = "";

  constructor(child: ChildProcess, exited: Promise<number | null>) {
    this.#child = child;
    this.exited = exited;
    this.pid = child.pid ?? 0;
    const kept = { pid: this.pid };
    keep(kept);
    child.once("exit", () => release(kept));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#output += text;
      });
    }
  }

  get output(): string {
    return this.#output;
  }

  signal(name: NodeJS.Signals): void {
    signalProcess(this.pid, name);
  }

  get children(): readonly number[] {
    return [...parentOfEach()].flatMap(([pid, parent]) => (parent === this.pid ? [pid] : []));
  }

  async ready({ command, args = [], readyUrl, readyLine, readyWithinMs = 60_000 }: ProcessOptions): Promise<void> {
    const deadline = performance.now() + readyWithinMs;
    while (!(this.#says(readyLine) && (!readyUrl || (await answers(readyUrl(this.#output)))))) {
      const late = performance.now() > deadline;
      if (late || hasEnded(this.#child)) {
        const what = late ? `was not ready within ${readyWithinMs} ms` : "ended before it was ready";
        throw new Error(`${[command, ...args].join(" ")} ${what}:\n${this.#output}`);
      }
      await sleep(50);
    }
  }

  #says(line: string | RegExp | undefined): boolean {
    if (line === undefined) return true;
    return typeof line === "string" ? this.#output.includes(line) : line.test(this.#output);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!hasEnded(this.#child)) {
      // A frozen process hears SIGTERM only once it goes on.
      this.signal("SIGCONT");
      this.signal("SIGTERM");
      if (!(await endsWithin(this.#child, STOP_WITHIN_MS))) signalFamily(this.pid, "SIGKILL");
    }
    // What it has started and not ended: still of its process group, though no longer below it.
    signalProcess(-this.pid, "SIGKILL");
    await this.exited;
  }
}

function inheritedEnvironment(): Record<string, string> {
  const entries = INHERITED.map((name) => [name, process.env[name]]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

async function answers(url: string | undefined): Promise<boolean> {
  if (url === undefined) return false;
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2000) })).ok;
  } catch {
    return false;
  }
}
