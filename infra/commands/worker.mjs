import { explain } from "./ending.mjs";
import { prepareWorker } from "./media-worker/prepare.mjs";

const USAGE = `Prints the path of the media worker that rooms need, after fetching or building it where it is missing:
node infra/commands/worker.mjs (npm start and npm test do the same by themselves)

Settings come from the environment:

  MEDIASOUP_WORKER_BIN  a worker to use instead; it is checked
  XDG_CACHE_HOME        where it is kept (default ~/.cache), in radist/mediasoup-worker
  MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL  where it is fetched from (default: mediasoup's releases on GitHub)
  MEDIASOUP_SKIP_WORKER_PREBUILT_DOWNLOAD      1: build it at once

Those of the build: infra/mediasoup-worker/build-worker.sh
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
  process.stderr.write(`There is no argument ${argument}.\n\n${USAGE}`);
  process.exitCode = 1;
} else process.exitCode = await printPath().catch(explain);
