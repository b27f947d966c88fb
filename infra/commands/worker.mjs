import { explain } from "./ending.mjs";
import { prepareWorker } from "./media-worker/prepare.mjs";

const USAGE = `Prints the path of the media worker that rooms need, and builds or downloads it if it is missing:
node infra/commands/worker.mjs (npm start and npm test do this themselves)

Settings come from the environment:

  MEDIASOUP_WORKER_BIN  the worker to use instead, after a check
  XDG_CACHE_HOME        where it is kept (default ~/.cache), in radist/mediasoup-worker
  MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL  where it is downloaded from (default: mediasoup's releases on GitHub)
  MEDIASOUP_SKIP_WORKER_PREBUILT_DOWNLOAD      1: never download it
  RADIST_MEDIASOUP_WORKER_SHA256               the hash that the downloaded archive must have (default: the one that
                                               infra/mediasoup-worker/archives.json has for it)

Where there is a C++ compiler it is built, with our patches; elsewhere mediasoup's own is downloaded, which a hostile
packet can restart. Settings of the build: infra/mediasoup-worker/build-worker.sh
`;

async function printPath() {
  // Standard output is for the path alone.
  const path = await prepareWorker({ say: (line) => process.stderr.write(`${line}\n`) });
  process.stdout.write(`${path}\n`);
  return 0;
}

const [argument] = process.argv.slice(2);
if (argument === "--help" || argument === "-h") process.stdout.write(USAGE);
else if (argument !== undefined) {
  process.stderr.write(`Unknown argument: ${argument}\n\n${USAGE}`);
  process.exitCode = 1;
} else process.exitCode = await printPath().catch(explain);
