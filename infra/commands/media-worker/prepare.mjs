import { Unprepared } from "../ending.mjs";
import { buildWorker } from "./build.mjs";
import { problemOf, runsHere } from "./check.mjs";
import { downloadWorker } from "./download.mjs";
import { downloadUrl, installedMediasoup, THIS_MACHINE, workerPath } from "./place.mjs";

/**
 * @typedef {object} Preparation
 * @property {(line: string) => void} say hears what is done, while something is
 * @property {AbortSignal} [signal]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {string} [script]
 */

/**
 * The media worker that rooms need, in exactly the version of the installed mediasoup: the one that the environment
 * names, else one prepared earlier, else mediasoup's own download, else one built here. It appears at `workerPath()`
 * when it is whole. Costs a few milliseconds when it was prepared earlier.
 *
 * @param {Preparation} preparation
 * @returns {Promise<string>} its path
 * @throws {Unprepared} with the reasons, and with what to do
 * @throws {import("../ending.mjs").Interrupted} when this process was told to end meanwhile
 */
export async function prepareWorker({ say, signal, env = process.env, script }) {
  const mediasoup = installedMediasoup();
  const target = workerPath(env, mediasoup);
  if (env.MEDIASOUP_WORKER_BIN) {
    const problem = await problemOf(target, mediasoup);
    if (problem) throw new Unprepared(`MEDIASOUP_WORKER_BIN names ${target}, which ${problem}.`);
    return target;
  }
  if (runsHere(target)) return target;

  const url = downloadUrl(mediasoup, env, THIS_MACHINE);
  const noDownload = await reasonAgainst(async () => {
    if (env.MEDIASOUP_SKIP_WORKER_PREBUILT_DOWNLOAD) {
      throw new Unprepared("MEDIASOUP_SKIP_WORKER_PREBUILT_DOWNLOAD is set.");
    }
    say(`Fetching the worker of mediasoup ${mediasoup.version} …`);
    await downloadWorker({ url, target, mediasoup, signal });
  });
  if (!noDownload) return target;
  say(`${noDownload} Building it here instead: about three minutes, once.`);
  const noBuild = await reasonAgainst(() => buildWorker({ target, mediasoup, say, signal, ...(script && { script }) }));
  if (!noBuild) return target;
  throw new Unprepared(whatToDo({ mediasoup, url, noDownload, noBuild }));
}

/**
 * @param {() => Promise<void>} attempt
 * @returns {Promise<string | undefined>} why it failed
 */
async function reasonAgainst(attempt) {
  try {
    await attempt();
    return undefined;
  } catch (error) {
    if (error instanceof Unprepared) return error.message;
    throw error;
  }
}

/**
 * @param {{ mediasoup: import("./place.mjs").Mediasoup, url: string, noDownload: string, noBuild: string }} failure
 */
export function whatToDo({ mediasoup, url, noDownload, noBuild }) {
  return `Rooms need mediasoup's media worker, which could not be had. Calls work without it.

  No download: ${noDownload}
  No build:    ${noBuild}

Put one of the two right and run the same command again. Or name a worker of mediasoup ${mediasoup.version}
(MEDIASOUP_WORKER_BIN=/path/to/mediasoup-worker) that another machine fetched from
${url}
or that mediasoup's own build made, which needs Python, a C++ compiler and GitHub:
npm --prefix ${mediasoup.directory} run worker:build
`;
}
