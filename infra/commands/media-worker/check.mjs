import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { NODE } from "../paths.mjs";
import { run } from "../run.mjs";

/** The exit code of a worker that was not started by mediasoup, by which mediasoup's installer checks it as well. */
const NOT_STARTED_BY_MEDIASOUP = 41;
const RUN_MS = 10_000;

// Generous, as a first start on a busy machine takes seconds. A worker of another version never answers.
const TRIAL_MS = 30_000;
const TRIAL = `
  const [, mediasoup, workerBin] = process.argv;
  require(mediasoup).createWorker({ workerBin }).then(async (worker) => {
    await worker.dump();
    worker.close();
  });
`;

/**
 * Whether a file is a worker that runs on this machine. Takes milliseconds.
 *
 * @param {string} file
 */
export function runsHere(file) {
  return spawnSync(file, [], { env: {}, stdio: "ignore", timeout: RUN_MS }).status === NOT_STARTED_BY_MEDIASOUP;
}

/**
 * Starts a worker as the sfu does, and sends it a request.
 *
 * @param {string} file
 * @param {import("./worker-path.mjs").Mediasoup} mediasoup
 * @param {number} [trialMs]
 * @returns {Promise<string | undefined>} what is wrong with it, to be printed after its name
 */
export async function problemOf(file, mediasoup, trialMs = TRIAL_MS) {
  if (!existsSync(file)) return "does not exist";
  if (!runsHere(file)) return "is not a media worker that runs on this machine";
  // Images have only their own Node.
  const node = existsSync(NODE) ? NODE : process.execPath;
  const trial = await run(node, ["--eval", TRIAL, mediasoup.directory, file], { quiet: true, timeoutMs: trialMs });
  return trial.code === 0
    ? undefined
    : `does not work with mediasoup ${mediasoup.version}; it may be of another version`;
}
