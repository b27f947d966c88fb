import { once } from "node:events";
import { existsSync } from "node:fs";
import { copyFile, mkdtempDisposable, readdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { expect, test } from "vitest";
import { Unprepared } from "../ending.mjs";
import { run } from "../run.mjs";
import { buildWorker } from "./build.mjs";
import { problemOf, runsHere } from "./check.mjs";
import { downloadWorker } from "./download.mjs";
import { installedMediasoup, workerPath } from "./place.mjs";
import { prepareWorker } from "./prepare.mjs";

const mediasoup = installedMediasoup();

/** The worker of this machine, as `npm test` gives it to its suites. */
function realWorker(): string {
  const { MEDIASOUP_WORKER_BIN: worker } = process.env;
  if (!worker)
    throw new Error("MEDIASOUP_WORKER_BIN names no worker: `node infra/commands/worker.mjs` prints its path.");
  return worker;
}

const folder = () => mkdtempDisposable(join(tmpdir(), "radist-worker-"));

/** A host that answers everything with the same bytes, or not at all. */
async function host(answer: Buffer | undefined) {
  const server = createServer((_, response) => {
    if (answer) response.end(answer);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A release, packed as mediasoup packs it. */
async function release(worker: string): Promise<Buffer> {
  await using packed = await folder();
  const file = join(packed.path, "release.tgz");
  await copyFile(worker, join(packed.path, "mediasoup-worker"));
  const packing = await run("tar", ["-czf", file, "-C", packed.path, "mediasoup-worker"], { quiet: true });
  expect(packing).toMatchObject({ code: 0 });
  return readFile(file);
}

async function script(path: string, ...lines: string[]): Promise<string> {
  await writeFile(path, lines.join("\n"), { mode: 0o755 });
  return path;
}

test("a download appears whole and executable, with nothing beside it", async () => {
  await using here = await folder();
  await using there = await host(await release(realWorker()));
  const target = join(here.path, "cache/worker");
  await downloadWorker({ url: there.url, target, mediasoup });
  expect(await problemOf(target, mediasoup)).toBeUndefined();
  expect(await readdir(dirname(target))).toEqual(["worker"]);
});

test("a damaged download leaves nothing, and says so", async () => {
  await using here = await folder();
  const whole = await release(realWorker());
  const damaged = { truncated: whole.subarray(0, whole.length / 2), page: Buffer.from("<html>Sign in first") };
  for (const bytes of Object.values(damaged)) {
    await using there = await host(bytes);
    const download = downloadWorker({ url: there.url, target: join(here.path, "worker"), mediasoup });
    await expect(download).rejects.toThrow(/^What came is damaged: /);
  }
  expect(await readdir(here.path)).toEqual([]);
});

test("a download that is no worker of this mediasoup is not taken", async () => {
  await using here = await folder();
  await using there = await host(await release(await script(join(here.path, "impostor"), "#!/bin/sh", "exit 41")));
  const target = join(here.path, "worker");
  await expect(downloadWorker({ url: there.url, target, mediasoup })).rejects.toThrow("may be of another version");
  expect(await readdir(here.path)).toEqual(["impostor"]);
});

test("a host that does not answer, and one that refuses, are given up", async () => {
  await using here = await folder();
  const target = join(here.path, "worker");
  const silent = await host(undefined);
  await expect(downloadWorker({ url: silent.url, target, mediasoup, patienceMs: 100 })).rejects.toThrow(
    `${silent.url} cannot be fetched: it does not answer.`,
  );
  await silent[Symbol.asyncDispose]();
  await expect(downloadWorker({ url: silent.url, target, mediasoup })).rejects.toThrow("ECONNREFUSED");
});

test("a worker that never answers, as one of another version does not, is found out", async () => {
  await using here = await folder();
  // Ends with its channel, like a real one.
  const lines = ["#!/bin/sh", '[ -n "$MEDIASOUP_VERSION" ] || exit 41', "exec cat <&3"];
  const mute = await script(join(here.path, "mute"), ...lines);
  expect(runsHere(mute)).toBe(true);
  expect(await problemOf(mute, mediasoup, 2000)).toContain("may be of another version");
});

test("a worker is fetched once and then found", async () => {
  await using here = await folder();
  const there = await host(await release(realWorker()));
  const env = { XDG_CACHE_HOME: here.path, MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL: there.url };
  const said: string[] = [];
  const say = (line: string) => said.push(line);
  expect(await prepareWorker({ say, env })).toBe(workerPath(env));
  await there[Symbol.asyncDispose]();
  expect(said).toEqual([`Fetching the worker of mediasoup ${mediasoup.version} …`]);
  expect(await prepareWorker({ say, env })).toBe(workerPath(env));
  expect(said).toHaveLength(1);
});

test("what cannot be fetched is built", async () => {
  await using here = await folder();
  await using there = await host(Buffer.from("no archive"));
  const env = { XDG_CACHE_HOME: join(here.path, "cache"), MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL: there.url };
  const build = await script(
    join(here.path, "build.sh"),
    `mkdir -p "$(dirname "$2")" && cp '${realWorker()}' "$2"`,
    'echo "build-worker:   [150/300, 60.0s] Compiling C++ object a.cpp.o"',
  );
  const said: string[] = [];
  const worker = await prepareWorker({ say: (line) => said.push(line), env, script: build });
  expect(runsHere(worker)).toBe(true);
  expect(said.slice(1)).toEqual([
    expect.stringMatching(/^What came is damaged: .* Building it here instead/),
    "Building the media worker: 150 of 300 files, about a minute left …",
  ]);
});

test("what can be neither fetched nor built is explained", async () => {
  await using here = await folder();
  const env = { XDG_CACHE_HOME: here.path, MEDIASOUP_SKIP_WORKER_PREBUILT_DOWNLOAD: "1" };
  const build = await script(join(here.path, "build.sh"), 'echo "build-worker: ERROR: no compiler" >&2', "exit 1");
  const prepared = prepareWorker({ say: () => {}, env, script: build });
  await expect(prepared).rejects.toThrow(Unprepared);
  await expect(prepared).rejects.toThrow(/_DOWNLOAD is set\.\n {2}No build: {4}ERROR: no compiler\n/);
});

test("a build ends whole with whoever wanted it", async () => {
  await using here = await folder();
  const target = join(here.path, "worker");
  const lines = ["trap 'rm \"$2.new\"' EXIT", "trap 'exit 130' INT", 'touch "$2.new"'];
  const announced = 'echo "build-worker: installing Debian packages: none"';
  const build = await script(join(here.path, "build.sh"), ...lines, announced, "sleep 1000");
  const over = new AbortController();
  const say = () => over.abort();
  // Nothing of it lives: the output of every process below it has ended.
  await expect(buildWorker({ target, mediasoup, say, signal: over.signal, script: build })).rejects.toThrow("aborted");
  expect(existsSync(`${target}.new`)).toBe(false);
});

test("a worker that the environment names is used if it works", async () => {
  const say = (line: string) => expect.unreachable(line);
  expect(await prepareWorker({ say, env: { MEDIASOUP_WORKER_BIN: realWorker() } })).toBe(realWorker());
  const wrong = prepareWorker({ say, env: { MEDIASOUP_WORKER_BIN: process.execPath } });
  await expect(wrong).rejects.toThrow(`MEDIASOUP_WORKER_BIN names ${process.execPath}, which is no media worker`);
  await expect(prepareWorker({ say, env: { MEDIASOUP_WORKER_BIN: "/no/such" } })).rejects.toThrow("does not exist");
});
