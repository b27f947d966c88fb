import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Unprepared } from "../ending.mjs";
import { verify } from "./archives.mjs";
import { problemOf } from "./check.mjs";
import { fetchWhole, reasonOf } from "./fetch.mjs";
import { isPatched, stampOf } from "./patched.mjs";
import { fileName, THIS_MACHINE } from "./worker-path.mjs";

const PATIENCE_MS = 10_000;

/**
 * @typedef {object} Download
 * @property {string} url
 * @property {string} sha256 of the archive, in lower-case hexadecimal
 * @property {string} target
 * @property {import("./worker-path.mjs").Mediasoup} mediasoup
 * @property {AbortSignal | undefined} [signal]
 * @property {number} [patienceMs]
 */

/**
 * Fetches mediasoup's own binary, or one of ours. The target appears complete, executable and tested, or not at all.
 *
 * @param {Download} download
 * @returns {Promise<void>}
 * @throws {Unprepared} with the reason for the failure
 */
export async function downloadWorker({ url, sha256, target, mediasoup, signal, patienceMs = PATIENCE_MS }) {
  // To memory first: if this process is ended now, nothing is left behind.
  const archive = await fetchWhole(url, patienceMs, signal);
  verify(archive, sha256, url);
  const folder = makeTemporaryFolder(dirname(target));
  try {
    const unpacked = await unpack(archive, folder, mediasoup);
    const problem = await problemOf(unpacked, mediasoup);
    if (problem) throw new Unprepared(`The worker in ${url} ${problem}.`);
    // The stamp of the earlier worker goes first and that of this one comes last: between, it counts as unpatched.
    rmSync(stampOf(target), { force: true });
    renameSync(unpacked, target);
    if (isPatched(unpacked)) renameSync(stampOf(unpacked), stampOf(target));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} folder that of the target: a file can only be renamed within one file system */
function makeTemporaryFolder(folder) {
  try {
    mkdirSync(folder, { recursive: true });
    return mkdtempSync(join(folder, "download-"));
  } catch (error) {
    throw new Unprepared(`It cannot be stored: ${reasonOf(error)}. Set XDG_CACHE_HOME to another folder.`);
  }
}

/**
 * @param {Buffer} archive
 * @param {string} folder
 * @param {import("./worker-path.mjs").Mediasoup} mediasoup
 */
async function unpack(archive, folder, mediasoup) {
  // mediasoup depends on it for the same purpose.
  const tar = createRequire(join(mediasoup.directory, "package.json"))("tar");
  const file = join(folder, "worker.tgz");
  const worker = join(folder, fileName(THIS_MACHINE));
  try {
    writeFileSync(file, archive);
    await tar.extract({ file, cwd: folder, strict: true });
    chmodSync(worker, 0o755);
    return worker;
  } catch (error) {
    throw new Unprepared(`The archive is damaged: ${reasonOf(error)}.`);
  }
}
