import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Unprepared } from "../ending.mjs";
import { ROOT } from "../paths.mjs";

/** The SHA-256 of each archive that may be downloaded, by its file name. `pin-workers.mjs` writes it. */
export const PINNED = "infra/mediasoup-worker/archives.json";

/**
 * The hash that a downloaded archive must have.
 *
 * @param {string} url
 * @param {NodeJS.ProcessEnv} env
 * @param {Readonly<Record<string, string>>} [pinned]
 * @returns {string} in lower-case hexadecimal
 * @throws {Unprepared} when none is known: what nobody has checked is not run
 */
export function expectedHash(url, env, pinned = JSON.parse(readFileSync(join(ROOT, PINNED), "utf8"))) {
  const given = env.RADIST_MEDIASOUP_WORKER_SHA256;
  if (given !== undefined && !/^[0-9a-f]{64}$/i.test(given)) {
    throw new Unprepared("RADIST_MEDIASOUP_WORKER_SHA256 is not a SHA-256: 64 hexadecimal digits are expected.");
  }
  const name = archiveName(url);
  const hash = given ?? pinned[name];
  if (hash) return hash.toLowerCase();
  throw new Unprepared(
    `No hash of ${name} is pinned in ${PINNED}, so it is not downloaded. If you trust ${url}, ` +
      "name its hash: RADIST_MEDIASOUP_WORKER_SHA256=<64 hexadecimal digits>, as sha256sum prints it.",
  );
}

/**
 * @param {Buffer} archive
 * @param {string} sha256 as `expectedHash` returns it
 * @param {string} url
 * @throws {Unprepared} when it is another one
 */
export function verify(archive, sha256, url) {
  const actual = hashOf(archive);
  if (actual !== sha256) throw new Unprepared(`${url} has the SHA-256 ${actual}; expected ${sha256}. It is not used.`);
}

/** @param {Buffer} archive */
export function hashOf(archive) {
  return createHash("sha256").update(archive).digest("hex");
}

/** @param {string} url */
export function archiveName(url) {
  return url.slice(url.lastIndexOf("/") + 1);
}
