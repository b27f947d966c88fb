import { existsSync } from "node:fs";

/**
 * Whether a worker was built by our recipe, which leaves a stamp beside it.
 *
 * @param {string} file
 */
export function isPatched(file) {
  return existsSync(stampOf(file));
}

/** @param {string} file */
export function stampOf(file) {
  return `${file}.stamp`;
}

/** What users are told of a worker without our patches. */
export const UNPATCHED = `This media worker was downloaded, and lacks our patches: a hostile packet can restart it, which interrupts its rooms for
about a second. For the patched one, install a C++ compiler on Debian 12 or newer (apt-get install g++) and run the
same command again, or name a patched worker by MEDIASOUP_WORKER_BIN. See infra/mediasoup-worker/README.md.`;
