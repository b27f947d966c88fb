const SIGNALS = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);
const LOOK_EVERY_MS = 500;

/**
 * Forwards signals to a child process while it runs, so that ending this process ends it gracefully. A parent that
 * disappeared without a signal (npm, killed) counts as SIGTERM.
 *
 * @param {import("node:child_process").ChildProcess} child
 * @param {(signal: NodeJS.Signals) => void} [send] for a child that is signalled in another way
 * @returns {() => NodeJS.Signals | undefined} the first forwarded signal, if any
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
