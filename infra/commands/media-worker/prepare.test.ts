import { once } from "node:events";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtempDisposable, readdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { expect, test } from "vitest";
import { Unprepared } from "../ending.mjs";
import { run } from "../run.mjs";
import { expectedHash, hashOf } from "./archives.mjs";
import { buildWorker } from "./build.mjs";
import { problemOf, runsHere } from "./check.mjs";
import { downloadWorker } from "./download.mjs";
import { isPatched, UNPATCHED } from "./patched.mjs";
import { prepareWorker } from "./prepare.mjs";
import { installedMediasoup, workerPath } from "./worker-path.mjs";

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
    sha256: hashOf(answer ?? Buffer.alloc(0)),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A release, packed as mediasoup packs it; one of ours has the worker's stamp in it. */
async function release(worker: string, stamp?: string): Promise<Buffer> {
  await using packed = await folder();
  const file = join(packed.path, "release.tgz");
  await copyFile(worker, join(packed.path, "mediasoup-worker"));
  const names = ["mediasoup-worker"];
  if (stamp !== undefined) {
    await writeFile(join(packed.path, "mediasoup-worker.stamp"), stamp);
    names.push("mediasoup-worker.stamp");
  }
  const packing = await run("tar", ["-czf", file, "-C", packed.path, ...names], { quiet: true });
  expect(packing).toMatchObject({ code: 0 });
  return readFile(file);
}

async function script(path: string, ...lines: string[]): Promise<string> {
  await writeFile(path, lines.join("\n"), { mode: 0o755 });
  return path;
}

test("a download appears complete and executable, and leaves nothing else", async () => {
  await using here = await folder();
  await using there = await host(await release(realWorker()));
  const target = join(here.path, "cache/worker");
  await downloadWorker({ url: there.url, sha256: there.sha256, target, mediasoup });
  expect(await problemOf(target, mediasoup)).toBeUndefined();
  expect(await readdir(dirname(target))).toEqual(["worker"]);
});

test("a damaged download leaves nothing behind and is reported", async () => {
  await using here = await folder();
  const whole = await release(realWorker());
  const damaged = { truncated: whole.subarray(0, whole.length / 2), page: Buffer.from("<html>Sign in first") };
  for (const bytes of Object.values(damaged)) {
    await using there = await host(bytes);
    const download = downloadWorker({
      url: there.url,
      sha256: there.sha256,
      target: join(here.path, "worker"),
      mediasoup,
    });
    await expect(download).rejects.toThrow(/^The archive is damaged: /);
  }
  expect(await readdir(here.path)).toEqual([]);
});

test("a download that is not a worker of this mediasoup is rejected", async () => {
  await using here = await folder();
  await using there = await host(await release(await script(join(here.path, "impostor"), "#!/bin/sh", "exit 41")));
  const target = join(here.path, "worker");
  await expect(downloadWorker({ url: there.url, sha256: there.sha256, target, mediasoup })).rejects.toThrow(
    "may be of another version",
  );
  expect(await readdir(here.path)).toEqual(["impostor"]);
});

test("a host that does not answer or refuses is given up", async () => {
  await using here = await folder();
  const target = join(here.path, "worker");
  const silent = await host(undefined);
  await expect(
    downloadWorker({ url: silent.url, sha256: silent.sha256, target, mediasoup, patienceMs: 100 }),
  ).rejects.toThrow(`${silent.url} cannot be fetched: it does not answer.`);
  await silent[Symbol.asyncDispose]();
  await expect(downloadWorker({ url: silent.url, sha256: silent.sha256, target, mediasoup })).rejects.toThrow(
    "ECONNREFUSED",
  );
});

test("a worker that never answers, like one of another version, is detected", async () => {
  await using here = await folder();
  // Ends with its channel, like a real one.
  const lines = ["#!/bin/sh", '[ -n "$MEDIASOUP_VERSION" ] || exit 41', "exec cat <&3"];
  const mute = await script(join(here.path, "mute"), ...lines);
  expect(runsHere(mute)).toBe(true);
  expect(await problemOf(mute, mediasoup, 2000)).toContain("may be of another version");
});

test("a download with another hash than the expected one is not even unpacked", async () => {
  await using here = await folder();
  await using there = await host(await release(realWorker()));
  const download = downloadWorker({
    url: there.url,
    sha256: "0".repeat(64),
    target: join(here.path, "worker"),
    mediasoup,
  });
  await expect(download).rejects.toThrow(`${there.url} has the SHA-256 ${there.sha256}; expected 000`);
  expect(await readdir(here.path)).toEqual([]);
});

test("a download of a patched worker brings its stamp along, and one of another takes an old stamp away", async () => {
  await using here = await folder();
  const target = join(here.path, "worker");
  await using ours = await host(await release(realWorker(), "the recipe"));
  await downloadWorker({ url: ours.url, sha256: ours.sha256, target, mediasoup });
  expect(isPatched(target)).toBe(true);
  await using theirs = await host(await release(realWorker()));
  await downloadWorker({ url: theirs.url, sha256: theirs.sha256, target, mediasoup });
  expect(isPatched(target)).toBe(false);
});

test("an archive that nobody has checked is not expected to have any hash", () => {
  const url = "https://example.org/3.27.1/worker.tgz";
  const pinned = { "worker.tgz": "a".repeat(64) };
  expect(expectedHash(url, {}, pinned)).toBe("a".repeat(64));
  expect(expectedHash(url, { RADIST_MEDIASOUP_WORKER_SHA256: "B".repeat(64) }, pinned)).toBe("b".repeat(64));
  expect(() => expectedHash(url, {}, {})).toThrow("No hash of worker.tgz is pinned");
  expect(() => expectedHash(url, { RADIST_MEDIASOUP_WORKER_SHA256: "short" }, pinned)).toThrow("64 hexadecimal digits");
});

/** A recipe that takes the worker of this machine instead of compiling one. */
const recipe = (path: string, ...more: string[]) =>
  script(path, `mkdir -p "$(dirname "$2")" && cp '${realWorker()}' "$2" && touch "$2.stamp"`, ...more);

test("without a compiler a worker is downloaded once and then found, and the missing patches are pointed out", async () => {
  await using here = await folder();
  const there = await host(await release(realWorker()));
  const env = {
    XDG_CACHE_HOME: here.path,
    MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL: there.url,
    RADIST_MEDIASOUP_WORKER_SHA256: there.sha256,
  };
  const notices: string[] = [];
  const say = (line: string) => notices.push(line);
  expect(await prepareWorker({ say, env, canCompile: false })).toBe(workerPath(env));
  await there[Symbol.asyncDispose]();
  expect(notices).toEqual([`Fetching the worker of mediasoup ${mediasoup.version} …`, UNPATCHED]);
  expect(await prepareWorker({ say, env, canCompile: false })).toBe(workerPath(env));
  expect(notices).toHaveLength(2);
});

test("with a compiler the worker is built, also in the place of one that was fetched earlier", async () => {
  await using here = await folder();
  const env = { XDG_CACHE_HOME: join(here.path, "cache"), MEDIASOUP_SKIP_WORKER_PREBUILT_DOWNLOAD: "1" };
  const target = workerPath(env);
  await mkdir(dirname(target), { recursive: true });
  await copyFile(realWorker(), target);
  const progress = 'echo "build-worker:   [150/300, 60.0s] Compiling C++ object a.cpp.o"';
  const build = await recipe(join(here.path, "build.sh"), progress);
  const notices: string[] = [];
  const say = (line: string) => notices.push(line);
  expect(await prepareWorker({ say, env, script: build, canCompile: true })).toBe(target);
  expect(isPatched(target)).toBe(true);
  expect(notices).toEqual([
    expect.stringMatching(/^Building the worker of mediasoup .* with our patches/),
    "Building the media worker: 150 of 300 files, about a minute left …",
  ]);
  expect(await prepareWorker({ say, env, canCompile: true })).toBe(target);
  expect(notices).toHaveLength(2);
});

test("a worker that was fetched stays in use where the build fails", async () => {
  await using here = await folder();
  const env = { XDG_CACHE_HOME: here.path };
  const target = workerPath(env);
  await mkdir(dirname(target), { recursive: true });
  await copyFile(realWorker(), target);
  const build = await script(join(here.path, "build.sh"), 'echo "build-worker: ERROR: no packages" >&2', "exit 1");
  const notices: string[] = [];
  expect(await prepareWorker({ say: (line) => notices.push(line), env, script: build, canCompile: true })).toBe(target);
  expect(notices.at(-1)).toBe(`ERROR: no packages\n${UNPATCHED}`);
});

test.each([
  { canCompile: true, first: "build" },
  { canCompile: false, first: "download" },
])("where the $first fails, the other way is tried", async ({ canCompile }) => {
  await using here = await folder();
  await using there = await host(canCompile ? await release(realWorker()) : Buffer.from("no archive"));
  const env = {
    XDG_CACHE_HOME: join(here.path, "cache"),
    MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL: there.url,
    RADIST_MEDIASOUP_WORKER_SHA256: there.sha256,
  };
  const path = join(here.path, "build.sh");
  const build = canCompile
    ? await script(path, 'echo "build-worker: ERROR: it broke" >&2', "exit 1")
    : await recipe(path);
  const notices: string[] = [];
  const worker = await prepareWorker({ say: (line) => notices.push(line), env, script: build, canCompile });
  expect(runsHere(worker)).toBe(true);
  expect(isPatched(worker)).toBe(!canCompile);
  expect(notices[1]).toMatch(canCompile ? /^ERROR: it broke$/ : /^The archive is damaged: /);
});

test("a worker that can be neither downloaded nor built is explained", async () => {
  await using here = await folder();
  const env = { XDG_CACHE_HOME: here.path, MEDIASOUP_SKIP_WORKER_PREBUILT_DOWNLOAD: "1" };
  const build = await script(join(here.path, "build.sh"), 'echo "build-worker: ERROR: no compiler" >&2', "exit 1");
  const prepared = prepareWorker({ say: () => {}, env, script: build, canCompile: true });
  await expect(prepared).rejects.toThrow(Unprepared);
  await expect(prepared).rejects.toThrow(/_DOWNLOAD is set\.\n {2}No build: {4}ERROR: no compiler\n/);
});

test("a build is ended as a whole when it is aborted", async () => {
  await using here = await folder();
  const target = join(here.path, "worker");
  const lines = ['trap \'trap "" INT; rm "$2.new"\' EXIT', "trap 'exit 130' INT", 'touch "$2.new"'];
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
  await expect(wrong).rejects.toThrow(`MEDIASOUP_WORKER_BIN names ${process.execPath}, which is not a media worker`);
  await expect(prepareWorker({ say, env: { MEDIASOUP_WORKER_BIN: "/no/such" } })).rejects.toThrow("does not exist");
});
