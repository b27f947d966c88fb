import { Unprepared } from "../ending.mjs";
import { expectedHash } from "./archives.mjs";
import { buildWorker } from "./build.mjs";
import { problemOf, runsHere } from "./check.mjs";
import { hasCompiler } from "./compiler.mjs";
import { downloadWorker } from "./download.mjs";
import { isPatched, UNPATCHED } from "./patched.mjs";
import { downloadUrl, installedMediasoup, THIS_MACHINE, workerPath } from "./worker-path.mjs";

/**
 * @typedef {object} Preparation
 * @property {(line: string) => void} say receives progress notices
 * @property {AbortSignal} [signal]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {string} [script] the recipe
 * @property {boolean} [canCompile] whether this machine has a compiler
 */

/**
 * The media worker that rooms need, in exactly the version of the installed mediasoup: the one that the environment
 * names; else one prepared earlier; else, where there is a compiler, one built here with our patches; else a verified
 * download of mediasoup's own. It appears at `workerPath()` when it is complete. Takes a few milliseconds when it was
 * prepared earlier.
 *
 * @param {Preparation} preparation
 * @returns {Promise<string>} its path
 * @throws {Unprepared} with the reasons and with what to do
 * @throws {import("../ending.mjs").Interrupted} when this process was asked to end
 */
export async function prepareWorker(preparation) {
  const { say, env = process.env, canCompile = hasCompiler() } = preparation;
  const mediasoup = installedMediasoup();
  const target = workerPath(env, mediasoup);
  if (env.MEDIASOUP_WORKER_BIN) {
    const problem = await problemOf(target, mediasoup);
    if (problem) throw new Unprepared(`MEDIASOUP_WORKER_BIN names ${target}, which ${problem}.`);
    return target;
  }
  // A download makes way for the patched worker as soon as that can be built.
  const isHere = runsHere(target);
  if (isHere && (isPatched(target) || !canCompile)) return target;

  const building = { name: "build", run: () => build(preparation, target, mediasoup) };
  const downloading = { name: "download", run: () => download(preparation, target, mediasoup) };
  // The recipe can install a compiler too, but a first look should not wait for that where a download will do.
  const [first, second] = canCompile ? [building, downloading] : [downloading, building];
  const firstProblem = await problemIn(first.run);
  if (!firstProblem) return target;
  if (isHere) {
    say(`${firstProblem}\n${UNPATCHED}`);
    return target;
  }
  say(firstProblem);
  const secondProblem = await problemIn(second.run);
  if (!secondProblem) return target;
  const problems = { [first.name]: firstProblem, [second.name]: secondProblem };
  const { build: noBuild = "", download: noDownload = "" } = problems;
  throw new Unprepared(whatToDo({ mediasoup, url: downloadUrl(mediasoup, env, THIS_MACHINE), noDownload, noBuild }));
}

/**
 * @param {Preparation} preparation
 * @param {string} target
 * @param {import("./worker-path.mjs").Mediasoup} mediasoup
 */
async function build({ say, signal, script }, target, mediasoup) {
  say(`Building the worker of mediasoup ${mediasoup.version} with our patches: about three minutes, once.`);
  await buildWorker({ target, mediasoup, say, signal, ...(script && { script }) });
}

/**
 * @param {Preparation} preparation
 * @param {string} target
 * @param {import("./worker-path.mjs").Mediasoup} mediasoup
 */
async function download({ say, signal, env = process.env }, target, mediasoup) {
  if (env.MEDIASOUP_SKIP_WORKER_PREBUILT_DOWNLOAD) {
    throw new Unprepared("MEDIASOUP_SKIP_WORKER_PREBUILT_DOWNLOAD is set.");
  }
  const url = downloadUrl(mediasoup, env, THIS_MACHINE);
  const sha256 = expectedHash(url, env);
  say(`Fetching the worker of mediasoup ${mediasoup.version} …`);
  await downloadWorker({ url, sha256, target, mediasoup, signal });
  if (!isPatched(target)) say(UNPATCHED);
}

/**
 * @param {() => Promise<void>} attempt
 * @returns {Promise<string | undefined>} why it failed
 */
async function problemIn(attempt) {
  try {
    await attempt();
    return undefined;
  } catch (error) {
    if (error instanceof Unprepared) return error.message;
    throw error;
  }
}

/**
 * @param {{ mediasoup: import("./worker-path.mjs").Mediasoup, url: string, noDownload: string, noBuild: string }} failure
 */
export function whatToDo({ mediasoup, url, noDownload, noBuild }) {
  return `Rooms need mediasoup's media worker, which is not available here. Calls work without it.

  No download: ${noDownload}
  No build:    ${noBuild}

Solve one of the two and run the same command again. Or set MEDIASOUP_WORKER_BIN to a worker of mediasoup ${mediasoup.version}
from another machine: one that infra/mediasoup-worker/build-worker.sh built on Debian, with our patches; one from
${url}
or one that mediasoup's own build made, which needs Python, a C++ compiler and GitHub:
npm --prefix ${mediasoup.directory} run worker:build
`;
}
