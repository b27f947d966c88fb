import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Interrupted, Unprepared } from "../ending.mjs";
import { passSignals } from "../pass-signals.mjs";
import { ROOT } from "../paths.mjs";
import { progressNotice } from "./progress.mjs";
import { BUILD_SCRIPT } from "./worker-path.mjs";

/**
 * @typedef {object} Build
 * @property {string} target
 * @property {import("./worker-path.mjs").Mediasoup} mediasoup
 * @property {(line: string) => void} say
 * @property {AbortSignal | undefined} [signal]
 * @property {string} [script]
 */

/**
 * Builds the worker from mediasoup's own sources. The target appears complete and tested, or not at all; concurrent
 * builds of one target share one build.
 *
 * @param {Build} build
 * @returns {Promise<void>}
 * @throws {Unprepared} with the reason why it could not be built
 * @throws {Interrupted} when this process was asked to end before the build did
 */
export async function buildWorker({ target, mediasoup, say, signal, script = join(ROOT, BUILD_SCRIPT) }) {
  signal?.throwIfAborted();
  // Yields to the calls that this machine may be serving.
  const child = spawn("nice", ["-n", "10", "bash", script, mediasoup.directory, target], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
    // A process group of its own, to be ended as a whole: bash would wait for the compiler first.
    detached: true,
  });
  /** @type {NodeJS.Timeout | undefined} */
  let stopping;
  function stop() {
    interrupt(child.pid);
    // A process that was being started has not heard it. The script's cleanup does not mind.
    stopping ??= setInterval(() => interrupt(child.pid), 1_000);
  }
  const passedSignal = passSignals(child, stop);
  signal?.addEventListener("abort", stop);
  try {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const notice = progressNotice(line);
      if (notice) say(notice);
    });
    const { code, complaint } = await ended(child);
    const ending = passedSignal();
    if (ending) throw new Interrupted(ending);
    signal?.throwIfAborted();
    if (code !== 0) throw new Unprepared(complaint || `The build ended with exit code ${code}.`);
  } finally {
    clearInterval(stopping);
    signal?.removeEventListener("abort", stop);
  }
}

/**
 * Always by SIGINT: apt-get then finishes its current step in a consistent state.
 *
 * @param {number | undefined} pid the leader of the group
 */
function interrupt(pid) {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGINT");
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== "ESRCH") throw error;
  }
}

/**
 * @param {import("node:child_process").ChildProcessByStdio<null, import("node:stream").Readable, import("node:stream").Readable>} child
 * @returns {Promise<{ code: number | null, complaint: string }>}
 */
function ended(child) {
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (/** @type {string} */ text) => {
    complaint += text;
  });
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: null, complaint: `It cannot be built here: ${error.message}.` }));
    child.once("close", (code) => resolve({ code, complaint: complaint.replaceAll("build-worker: ", "").trim() }));
  });
}
