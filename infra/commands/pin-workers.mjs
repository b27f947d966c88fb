import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { explain, Unprepared } from "./ending.mjs";
import { archiveName, hashOf, PINNED } from "./media-worker/archives.mjs";
import { fetchWhole } from "./media-worker/fetch.mjs";
import { downloadUrl, installedMediasoup } from "./media-worker/worker-path.mjs";
import { ROOT } from "./paths.mjs";

const USAGE = `Fetches the workers that mediasoup offers for its installed version, and pins their hashes in
${PINNED}: node infra/commands/pin-workers.mjs

Run it after each update of mediasoup, on a machine that reaches GitHub, and look at what it changed.
`;

const PATIENCE_MS = 30_000;

/** Those that mediasoup's releases have had so far; a kernel counts by its first number. */
const MACHINES = [
  { platform: "linux", arch: "x64", kernel: "5" },
  { platform: "linux", arch: "x64", kernel: "6" },
  { platform: "linux", arch: "arm64", kernel: "6" },
  { platform: "darwin", arch: "x64", kernel: "" },
  { platform: "darwin", arch: "arm64", kernel: "" },
  { platform: "win32", arch: "x64", kernel: "" },
];

/** @returns {Promise<number>} exit code */
async function pin() {
  const file = join(ROOT, PINNED);
  /** @type {Record<string, string>} */
  const pinned = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  let missing = 0;
  for (const machine of MACHINES) {
    const url = downloadUrl(installedMediasoup(), process.env, machine);
    try {
      pinned[archiveName(url)] = hashOf(await fetchWhole(url, PATIENCE_MS));
      console.log(`${pinned[archiveName(url)]}  ${archiveName(url)}`);
    } catch (error) {
      if (!(error instanceof Unprepared)) throw error;
      missing += 1;
      console.error(error.message);
    }
  }
  if (missing === MACHINES.length) return 1;
  writeFileSync(file, `${JSON.stringify(pinned, undefined, 2)}\n`);
  return 0;
}

const [argument] = process.argv.slice(2);
if (argument === "--help" || argument === "-h") process.stdout.write(USAGE);
else process.exitCode = await pin().catch(explain);
