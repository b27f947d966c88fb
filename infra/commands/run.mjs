import { spawn } from "node:child_process";
import { Interrupted } from "./ending.mjs";
import { passSignals } from "./pass-signals.mjs";
import { ROOT, toolEnvironment } from "./paths.mjs";

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {boolean} [quiet] keep the output for the result instead of showing it
 * @property {number} [timeoutMs] after this long it is killed
 */

/**
 * Runs a program to its end.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<{ code: number, output: string }>} code 127 when there is no such program
 * @throws {Interrupted} when this process was asked to end before the program did
 */
export function run(command, args, { cwd = ROOT, env = toolEnvironment(), quiet = false, timeoutMs = 0 } = {}) {
  const child = spawn(command, args, {
    cwd,
    env,
    stdio: quiet ? ["ignore", "pipe", "pipe"] : "inherit",
    timeout: timeoutMs,
    killSignal: "SIGKILL",
  });
  const passedSignal = passSignals(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (/** @type {string} */ text) => {
      output += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.once("error", (error) => resolve({ code: 127, output: `${output}${error.message}\n` }));
    child.once("close", (code) => {
      const signal = passedSignal();
      if (signal) reject(new Interrupted(signal));
      else resolve({ code: code ?? 1, output });
    });
  });
}
