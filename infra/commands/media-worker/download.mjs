import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Unprepared } from "../ending.mjs";
import { problemOf } from "./check.mjs";
import { fileName, THIS_MACHINE } from "./place.mjs";

/** How long a host may be silent: to connect, to answer, and between two pieces of its answer. */
const PATIENCE_MS = 10_000;

/**
 * @typedef {object} Download
 * @property {string} url
 * @property {string} target
 * @property {import("./place.mjs").Mediasoup} mediasoup
 * @property {AbortSignal | undefined} [signal]
 * @property {number} [patienceMs]
 */

/**
 * Fetches mediasoup's own binary. The target appears whole, executable and tried, or not at all.
 *
 * @param {Download} download
 * @returns {Promise<void>}
 * @throws {Unprepared} with the reason why it could not be had
 */
export async function downloadWorker({ url, target, mediasoup, signal, patienceMs = PATIENCE_MS }) {
  // To memory first: whatever ends this process meanwhile leaves nothing behind.
  const archive = await fetchWhole(url, patienceMs, signal);
  const workshop = makeWorkshop(dirname(target));
  try {
    const unpacked = await unpack(archive, workshop, mediasoup);
    const problem = await problemOf(unpacked, mediasoup);
    if (problem) throw new Unprepared(`What ${url} holds ${problem}.`);
    renameSync(unpacked, target);
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
}

/**
 * @param {string} url
 * @param {number} patienceMs
 * @param {AbortSignal | undefined} signal
 */
async function fetchWhole(url, patienceMs, signal) {
  signal?.throwIfAborted();
  const given = new AbortController();
  const giveUp = () => given.abort(new Error("it does not answer"));
  const timer = setTimeout(giveUp, patienceMs);
  signal?.addEventListener("abort", giveUp);
  try {
    const response = await fetch(url, { signal: given.signal });
    if (!response.ok || !response.body) throw new Error(`status ${response.status}`);
    const pieces = [];
    for await (const piece of response.body) {
      timer.refresh();
      pieces.push(piece);
    }
    return Buffer.concat(pieces);
  } catch (error) {
    signal?.throwIfAborted();
    throw new Unprepared(`${url} cannot be fetched: ${reasonOf(error)}.`);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", giveUp);
  }
}

/** @param {string} folder beside the target: what is renamed into place must come from the same file system */
function makeWorkshop(folder) {
  try {
    mkdirSync(folder, { recursive: true });
    return mkdtempSync(join(folder, "download-"));
  } catch (error) {
    throw new Unprepared(`It cannot be stored: ${reasonOf(error)}. XDG_CACHE_HOME names another place.`);
  }
}

/**
 * @param {Buffer} archive
 * @param {string} workshop
 * @param {import("./place.mjs").Mediasoup} mediasoup
 */
async function unpack(archive, workshop, mediasoup) {
  // A dependency of mediasoup, for this very purpose.
  const tar = createRequire(join(mediasoup.directory, "package.json"))("tar");
  const file = join(workshop, "worker.tgz");
  const worker = join(workshop, fileName(THIS_MACHINE));
  try {
    writeFileSync(file, archive);
    await tar.extract({ file, cwd: workshop, strict: true });
    chmodSync(worker, 0o755);
    return worker;
  } catch (error) {
    throw new Unprepared(`What came is damaged: ${reasonOf(error)}.`);
  }
}

/** @param {unknown} error */
function reasonOf(error) {
  // What fetch throws says "fetch failed" and keeps the reason as its cause.
  const { cause, message } = /** @type {Error} */ (error);
  return cause instanceof Error ? cause.message || /** @type {NodeJS.ErrnoException} */ (cause).code : message;
}
