import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { pause } from "@radist-tech/protocol/timing";
import { endsWithin, hasEnded } from "../machine/ending.ts";
import { signalFamily, signalProcess } from "../machine/families.ts";
import { keep, release } from "../machine/keeper.ts";
import { reservePort } from "../machine/reserve-port.ts";
import { type TempDirectory, tempDirectory } from "../machine/temp-directory.ts";
import type { OwnServer } from "./own-server.ts";
import type { ServerKind, ServerProgram } from "./server-kind.ts";
import { whenReady } from "./when-ready.ts";

const ATTEMPTS = 5;
const STOP_WITHIN_MS = 10_000;
const FAMILY_SIGNALS = new Set<NodeJS.Signals>(["SIGSTOP", "SIGCONT", "SIGKILL"]);

/** Starts a server from programs on this machine, on a port of its own, with fresh data in a temporary directory. */
export async function runProgram(kind: ServerKind, program: ServerProgram): Promise<OwnServer> {
  const directory = await tempDirectory(kind.name.toLowerCase(), program.account);
  try {
    await program.prepare(directory.path);
    const server = new ProgramServer(kind, program, directory, await reservePort());
    await server.start();
    return server;
  } catch (error) {
    await directory[Symbol.asyncDispose]();
    throw error;
  }
}

class ProgramServer implements OwnServer {
  readonly url: string;
  readonly #kind: ServerKind;
  readonly #program: ServerProgram;
  readonly #directory: TempDirectory;
  readonly #port: number;
  #child: ChildProcess | undefined;

  constructor(kind: ServerKind, program: ServerProgram, directory: TempDirectory, port: number) {
    this.#kind = kind;
    this.#program = program;
    this.#directory = directory;
    this.#port = port;
    this.url = kind.url("127.0.0.1", port);
  }

  get pid(): number {
    if (this.#child?.pid === undefined) throw new Error(`${this.#kind.name} was never started.`);
    return this.#child.pid;
  }

  signal(name: NodeJS.Signals): void {
    if (FAMILY_SIGNALS.has(name)) signalFamily(this.pid, name);
    else signalProcess(this.pid, name);
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (!child || hasEnded(child)) return;
    this.signal("SIGCONT");
    this.signal(this.#program.stopSignal);
    if (!(await endsWithin(child, STOP_WITHIN_MS))) this.signal("SIGKILL");
    await endsWithin(child, STOP_WITHIN_MS);
  }

  async start(): Promise<void> {
    if (this.#child && !(await endsWithin(this.#child, STOP_WITHIN_MS))) {
      throw new Error(`${this.#kind.name} (process ${this.pid}) is still running; stop or kill it before start().`);
    }
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#startOnce();
      } catch (error) {
        // Processes that outlive a killed Postgres for a moment still hold its shared memory.
        if (attempt === ATTEMPTS || !/shared memory block/.test(String(error))) throw error;
        await pause(200);
      }
    }
  }

  async #startOnce(): Promise<void> {
    const log = join(this.#directory.path, "server.log");
    const child = await this.#spawn(log);
    this.#child = child;
    const ended = new AbortController();
    child.once("exit", (code, signal) => ended.abort(new Error(`${this.#kind.name} ended (${signal ?? code}).`)));
    try {
      await whenReady(this.#kind, this.url, ended.signal);
    } catch (error) {
      await this.stop();
      const words = (await readFile(log, "utf8")).trim().split("\n").slice(-8).join("\n");
      throw new Error(`${this.#kind.name} could not be started:\n${words}`, { cause: error });
    }
  }

  async #spawn(log: string): Promise<ChildProcess> {
    const { file, args } = await this.#program.command(this.#directory.path, this.#port);
    await using output = await open(log, "w");
    const child = spawn(file, args, {
      ...this.#program.account,
      cwd: this.#directory.path,
      // Outside the terminal's process group: an interrupt is for the test runner, which then stops this gracefully.
      detached: true,
      stdio: ["ignore", output.fd, output.fd],
    });
    await once(child, "spawn");
    child.unref();
    const kept = { pid: child.pid ?? 0 };
    keep(kept);
    child.once("exit", () => release(kept));
    return child;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.#program.forget?.(this.#directory.path);
    await this.#directory[Symbol.asyncDispose]();
  }
}
