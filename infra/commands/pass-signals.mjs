const SIGNALS = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);
const LOOK_EVERY_MS = 500;

/**
 * Passes signals on to a child process while it runs, so that ending this process ends it in order. A parent that is
 * gone without a word (npm, killed) counts as SIGTERM.
 *
 * @param {import("node:child_process").ChildProcess} child
 * @param {(signal: NodeJS.Signals) => void} [send] for a child that takes them in another way
 * @returns {() => NodeJS.Signals | undefined} the signal that was passed on first, if any
 */
export function passSignals(child, send = (signal) => child.kill(signal)) {
  /** @type {NodeJS.Signals | undefined} */
  let first;
  /** @param {NodeJS.Signals} signal */
  function pass(signal) {
    first ??= signal;
    send(signal);
  }

  const parent = process.ppid;
  const orphaned = setInterval(() => process.ppid !== parent && pass("SIGTERM"), LOOK_EVERY_MS).unref();
  for (const signal of SIGNALS) process.on(signal, pass);

  function stop() {
    clearInterval(orphaned);
    for (const signal of SIGNALS) process.off(signal, pass);
  }
  child.once("error", stop);
  child.once("close", stop);
  return () => first;
}
