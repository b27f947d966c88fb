import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { bundleService } from "@radist-tech/bundler";
import { pause } from "@radist-tech/protocol/timing";
import { type OwnProcess, ownNats, ownPostgres, reservePort, startProcess } from "@radist-tech/testkit";
import { cpuSeconds, residentKiB, spread } from "./figures.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SERVICES = ["api", "signaling", "sfu", "web"];
const ROUNDS = 3;
const IDLE_MS = 5_000;
const ADMIN_TOKEN = "admin-token-of-the-bench";

interface Footprint {
  /** From the start of the process to the first success of `/readyz`. */
  readonly readyMs: number;
  /** What it used until then. */
  readonly cpuMs: number;
  /** Resident some time later, with its child processes. */
  readonly idleMiB: number;
}

type Settings = Readonly<Record<string, string>>;

/** What a service costs before anybody comes, from its sources and as a bundle, and how large its image is. */
export async function benchFootprint(): Promise<void> {
  await using postgres = await ownPostgres();
  await using nats = await ownNats();
  const shared = { DATABASE_URL: postgres.url, NATS_URL: nats.url, RADIST_ADMIN_TOKEN: ADMIN_TOKEN, MEDIA_PORT: "0" };
  const worker = process.env.MEDIASOUP_WORKER_BIN;
  const apiPort = await reservePort();
  const settings = {
    ...shared,
    API_BASE_URL: `http://127.0.0.1:${apiPort}/api/v1`,
    MEDIA_WORKERS: "1",
    ...(worker !== undefined && { MEDIASOUP_WORKER_BIN: worker }),
  };
  for (const service of SERVICES) await bundleService(join(ROOT, "services", service));
  // Migrates the database, and is the one that the page needs.
  await using api = await start(join(ROOT, "services/api/bundle/main.js"), settings, apiPort);
  await api.ready;
  console.log(`${"".padEnd(24)}${"ready".padStart(10)}${"CPU".padStart(10)}${"idle".padStart(10)}`);
  for (const service of SERVICES) {
    const kinds = new Map([
      [`${service}, sources`, "src/main.ts"],
      [`${service}, bundle`, "bundle/main.js"],
    ]);
    // As the images have it.
    const env = { ...settings, MALLOC_ARENA_MAX: "2" };
    await print(kinds, (main) => footprint(join(ROOT, "services", service, main), env));
  }
  const data = await mkdtemp(join(tmpdir(), "radist-footprint-"));
  const alone = { ...settings, RADIST_DATA_DIR: data };
  try {
    // The first start makes page, bundle and database.
    await footprint(join(ROOT, "infra/commands/start.mjs"), alone);
    await print(new Map([["npm start", "infra/commands/start.mjs"]]), (main) => footprint(join(ROOT, main), alone));
  } finally {
    await rm(data, { recursive: true, force: true });
  }
  for (const service of SERVICES) console.log(`image of ${service}: ${await imageSize(service)}`);
}

/** Measures several kinds in turns, and prints the medians with the extremes. */
async function print(kinds: ReadonlyMap<string, string>, measure: (main: string) => Promise<Footprint>): Promise<void> {
  const measured = new Map<string, Footprint[]>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, main] of kinds) measured.set(name, [...(measured.get(name) ?? []), await measure(main)]);
  }
  for (const [name, all] of measured) {
    const shown = (of: (one: Footprint) => number, unit: string): string => {
      const { median, min, max } = spread(all.map(of));
      return `${median.toFixed(0)} (${min.toFixed(0)}–${max.toFixed(0)}) ${unit}`.padStart(22);
    };
    const columns = [
      shown((one) => one.readyMs, "ms"),
      shown((one) => one.cpuMs, "ms"),
      shown((one) => one.idleMiB, "MiB"),
    ];
    console.log(`${name.padEnd(24)}${columns.join("")}`);
  }
}

async function footprint(main: string, settings: Settings): Promise<Footprint> {
  await using started = await start(main, settings, await reservePort());
  const readyMs = await started.ready;
  const family = familyOf(started.process.pid);
  const cpuMs = 1_000 * family.map(cpuSeconds).reduce((sum, each) => sum + each, 0);
  await pause(IDLE_MS);
  const idleMiB =
    familyOf(started.process.pid)
      .map(residentKiB)
      .reduce((sum, each) => sum + each, 0) / 1024;
  return { readyMs, cpuMs, idleMiB };
}

interface Started extends AsyncDisposable {
  readonly process: OwnProcess;
  /** Milliseconds from the start. */
  readonly ready: Promise<number>;
}

async function start(main: string, settings: Settings, port: number): Promise<Started> {
  const begunAt = performance.now();
  const env = { ...settings, HOST: "127.0.0.1", PORT: String(port) };
  const own = await startProcess({ command: process.execPath, args: [main], env });
  const ready = async (): Promise<number> => {
    const state = { ended: false };
    void own.exited.then(() => {
      state.ended = true;
    });
    while (!(await isReady(port))) {
      if (state.ended) throw new Error(`${main} ended:\n${own.output}`);
      await pause(5);
    }
    return performance.now() - begunAt;
  };
  return { process: own, ready: ready(), [Symbol.asyncDispose]: () => own[Symbol.asyncDispose]() };
}

const isReady = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );

/** A process and its descendants. */
function familyOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
  return [pid, ...children.flatMap(familyOf)];
}

/** As the engine of this machine tells it, if there is one that has the image. */
async function imageSize(service: string): Promise<string> {
  try {
    const inspected = ["image", "inspect", "--format", "{{.Size}}", `radist/${service}`];
    const { stdout } = await promisify(execFile)("docker", inspected);
    return `${Math.round(Number(stdout) / 1e6)} MB`;
  } catch (error) {
    return `unknown (${(error as Error).message.trim().split("\n").at(-1)})`;
  }
}
