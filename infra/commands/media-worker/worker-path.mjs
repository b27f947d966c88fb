import { readFileSync, realpathSync } from "node:fs";
import { homedir, release } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { Unprepared } from "../ending.mjs";
import { fingerprint } from "../fingerprint.mjs";
import { ROOT } from "../paths.mjs";

/**
 * @typedef {object} Mediasoup
 * @property {string} directory where the package is installed
 * @property {string} version
 * @property {string} repository the address of its project
 */

/**
 * @typedef {object} Machine
 * @property {string} platform as `process.platform`
 * @property {string} arch as `process.arch`
 * @property {string} kernel as `os.release()`
 */

/** @type {Machine} */
export const THIS_MACHINE = { platform: process.platform, arch: process.arch, kernel: release() };

export const BUILD_SCRIPT = "infra/mediasoup-worker/build-worker.sh";
const RECIPE = [BUILD_SCRIPT, "infra/mediasoup-worker/overlay"];
const RECIPE_DIGITS = 16;

/**
 * The mediasoup package of the sfu, whose version the worker must have.
 *
 * @returns {Mediasoup}
 * @throws {Unprepared} when it is not installed
 */
export function installedMediasoup() {
  const path = join(ROOT, "services/sfu/node_modules/mediasoup");
  try {
    // Its dependencies are next to the real folder, not next to pnpm's link to it.
    const directory = realpathSync(path);
    const { version, repository } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
    return { directory, version, repository: repository.url.replace(/^git\+/, "").replace(/\.git$/, "") };
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== "ENOENT") throw error;
    throw new Unprepared(`mediasoup is not installed (${path}). npm start and npm test install it.`);
  }
}

/**
 * Where the worker is, or will be: the file that the environment names, or one in the user's cache, whose path changes
 * with everything that affects the binary.
 *
 * @param {NodeJS.ProcessEnv} [env]
 * @param {Mediasoup} [mediasoup]
 * @param {Machine} [machine]
 */
export function workerPath(env = process.env, mediasoup = installedMediasoup(), machine = THIS_MACHINE) {
  if (env.MEDIASOUP_WORKER_BIN) return resolve(env.MEDIASOUP_WORKER_BIN);
  const { XDG_CACHE_HOME: named = "" } = env;
  const cache = isAbsolute(named) ? named : join(homedir(), ".cache");
  const recipe = fingerprint(RECIPE).slice(0, RECIPE_DIGITS);
  const key = `${mediasoup.version}-${machine.platform}-${machine.arch}-${recipe}`;
  return join(cache, "radist/mediasoup-worker", key, fileName(machine));
}

/** @param {Machine} machine */
export function fileName({ platform }) {
  return platform === "win32" ? "mediasoup-worker.exe" : "mediasoup-worker";
}

/**
 * The address that mediasoup's own installer downloads from, by the same names and settings.
 *
 * @param {Mediasoup} mediasoup
 * @param {NodeJS.ProcessEnv} env
 * @param {Machine} machine
 */
export function downloadUrl({ version, repository }, env, { platform, arch, kernel }) {
  const base = env.MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL || `${repository}/releases/download`;
  const kernelSuffix = platform === "linux" ? `-kernel${Number(kernel.split(".")[0])}` : "";
  return `${base}/${version}/mediasoup-worker-${version}-${platform}-${arch}${kernelSuffix}.tgz`;
}
