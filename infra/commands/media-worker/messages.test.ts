import { describe, expect, test } from "vitest";
import { whatToDo } from "./prepare.mjs";
import { progressNotice } from "./progress.mjs";
import { downloadUrl, workerPath } from "./worker-path.mjs";

const MEDIASOUP = { directory: "/m", version: "3.27.1", repository: "https://example.org/mediasoup" };
const LINUX = { platform: "linux", arch: "x64", kernel: "6.1.0-18-amd64" };
const MAC = { platform: "darwin", arch: "arm64", kernel: "24.5.0" };
const WINDOWS = { platform: "win32", arch: "x64", kernel: "10.0.22631" };

describe("the download", () => {
  test("is named as mediasoup's own installer names it", () => {
    const releases = "https://example.org/mediasoup/releases/download/3.27.1/mediasoup-worker-3.27.1";
    expect(downloadUrl(MEDIASOUP, {}, LINUX)).toBe(`${releases}-linux-x64-kernel6.tgz`);
    expect(downloadUrl(MEDIASOUP, {}, MAC)).toBe(`${releases}-darwin-arm64.tgz`);
  });

  test("comes from a mirror where the environment names one", () => {
    const env = { MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL: "http://mirror/m" };
    expect(downloadUrl(MEDIASOUP, env, MAC)).toBe("http://mirror/m/3.27.1/mediasoup-worker-3.27.1-darwin-arm64.tgz");
  });
});

describe("the path", () => {
  const env = { XDG_CACHE_HOME: "/cache" };

  test("is in the user's cache, by version, machine and recipe", () => {
    expect(workerPath(env, MEDIASOUP, LINUX)).toMatch(
      /^\/cache\/radist\/mediasoup-worker\/3\.27\.1-linux-x64-[0-9a-f]{16}\/mediasoup-worker$/,
    );
    expect(workerPath(env, MEDIASOUP, WINDOWS)).toMatch(/\/3\.27\.1-win32-x64-[0-9a-f]{16}\/mediasoup-worker\.exe$/);
    expect(workerPath(env, { ...MEDIASOUP, version: "3.28.0" }, LINUX)).toContain("/3.28.0-linux-x64-");
  });

  test("is below the home directory without a cache directory, or with one that is not absolute", () => {
    expect(workerPath({}, MEDIASOUP, LINUX)).toContain("/.cache/radist/mediasoup-worker/");
    expect(workerPath({ XDG_CACHE_HOME: "cache" }, MEDIASOUP, LINUX)).toContain("/.cache/radist/mediasoup-worker/");
  });

  test("is the file that the environment names", () => {
    expect(workerPath({ ...env, MEDIASOUP_WORKER_BIN: "/bin/worker" }, MEDIASOUP, LINUX)).toBe("/bin/worker");
  });
});

describe("the progress of a build", () => {
  const compiling = (done: number, seconds: number) =>
    progressNotice(`build-worker:   [${done}/300, ${seconds}s] Compiling C++ object a.cpp.o`);

  test("estimates the time left as soon as it can", () => {
    expect(compiling(40, 5)).toBe("Building the media worker: 40 of 300 files …");
    expect(compiling(100, 60)).toBe("Building the media worker: 100 of 300 files, about 2 minutes left …");
    expect(compiling(200, 120)).toBe("Building the media worker: 200 of 300 files, about a minute left …");
    expect(compiling(280, 170)).toBe("Building the media worker: 280 of 300 files, less than a minute left …");
  });

  test("shows what changes the machine, and what it waits for", () => {
    expect(progressNotice("build-worker: installing Debian packages: g++ meson")).toBe(
      "Building the media worker: installing Debian packages: g++ meson …",
    );
    expect(progressNotice("build-worker: another build is under way: waiting for it")).toContain("waiting for it …");
  });

  test("shows nothing else", () => {
    expect(progressNotice("build-worker: configuring")).toBeUndefined();
    expect(progressNotice("")).toBeUndefined();
  });
});

test("without a worker, users learn why, what to do, and what works all the same", () => {
  const noBuild = "ERROR: missing packages and not root; run as root: apt-get install g++";
  const advice = whatToDo({
    mediasoup: MEDIASOUP,
    url: "https://example.org/w.tgz",
    noDownload: "Unreachable.",
    noBuild,
  });
  expect(advice).toContain("Calls work without it.");
  expect(advice).toContain("No download: Unreachable.");
  expect(advice).toContain(`No build:    ${noBuild}`);
  expect(advice).toContain("a worker of mediasoup 3.27.1");
  expect(advice).toContain("npm --prefix /m run worker:build");
});
