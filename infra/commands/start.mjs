import { spawn } from "node:child_process";
import { join } from "node:path";
import { buildBundle, bundleIsCurrent, MAIN } from "./bundle.mjs";
import { buildClientFiles } from "./client-files.mjs";
import { explain, Interrupted, Unprepared } from "./ending.mjs";
import { prepareWorker } from "./media-worker/prepare.mjs";
import { workerPath } from "./media-worker/worker-path.mjs";
import { buildPage, pageIsCurrent } from "./page.mjs";
import { passSignals } from "./pass-signals.mjs";
import { NODE, ROOT, toolEnvironment } from "./paths.mjs";
import { prepare } from "./prepare.mjs";
import { run } from "./run.mjs";

const USAGE = `Starts the whole platform in one process: npm start

Settings come from the environment, for example: PORT=4000 npm start

  PORT                the port it listens on (default 3000; 0: any free port)
  HOST                the address it listens on (default 0.0.0.0: all addresses of this machine)
  RADIST_DATA_DIR     where it keeps its data (default .radist/)
  RADIST_ADMIN_TOKEN  the admin token (default: generated at the first start and kept in the data directory)
  TRUSTED_PROXIES     how many proxies in front of it append to X-Forwarded-For (default 0)
  ADMIN_PORT          the port of /readyz and /metrics (default: PORT, where /metrics answers this machine only)
  ADMIN_HOST          the address of that port (default 0.0.0.0: all addresses of this machine)
  LOG_LEVEL           trace, debug, info, warn, error, fatal or silent (default warn)
  LOG_FORMAT          json or pretty (default: pretty on a terminal)

  STUN_URLS         STUN servers for the browsers, with commas between them: stun:HOST:3478 (default none)
  TURN_URLS         TURN servers: turn:HOST:3478?transport=udp,turns:HOST:443?transport=tcp (default none)
  TURN_SECRET       their static-auth-secret; two, with a comma between, while one is rotated
  TURN_TTL_SECONDS  how long TURN credentials are good for (default 21600); clients get others in time
  ICE_SERVERS       servers of other services, a JSON list of RTCIceServer objects (default none)

  MEDIA_ANNOUNCED_ADDRESS  the addresses or names at which browsers in a room reach this machine (default: all that it has)
  MEDIA_PORT               the first media port, UDP and TCP; each worker uses one
  MEDIASOUP_WORKER_BIN     a media worker to use (default: built or downloaded once, kept in ~/.cache/radist)

All settings, limits and durations included: services/standalone/src/config.ts
`;

// By default glibc keeps an arena of its own for each thread, and with them what the compiler of the embedded database
// used once: 60 MB.
const MEMORY = { MALLOC_ARENA_MAX: "1" };

/** @returns {Promise<number>} the exit code of the platform */
async function start() {
  await prepare();
  if (!pageIsCurrent() || !bundleIsCurrent()) await checkSettings();
  if (!pageIsCurrent()) {
    console.log("Building the page …");
    const { code, output } = await buildPage();
    if (code !== 0) throw new Unprepared(`The page could not be built:\n${output}`);
  }
  const client = await buildClientFiles();
  if (client.code !== 0) throw new Unprepared(`The client could not be built:\n${client.output}`);
  if (!bundleIsCurrent()) {
    console.log("Bundling the platform …");
    const { code, output } = await buildBundle();
    if (code !== 0) throw new Unprepared(`The platform could not be bundled:\n${output}`);
  }
  const over = new AbortController();
  const rooms = prepareRooms(over.signal);
  try {
    return await runPlatform();
  } finally {
    over.abort();
    await rooms;
  }
}

/**
 * The platform checks them as well, but nobody should wait for what is built to hear of a typing error.
 *
 * @throws {Unprepared} with every problem
 */
async function checkSettings() {
  const { code, output } = await run(NODE, [join(ROOT, "services/standalone/src/check-settings.ts")], { quiet: true });
  if (code !== 0) throw new Unprepared(output.trim());
}

/**
 * Runs alongside the platform, which serves calls without the worker and picks it up when it is available.
 *
 * @param {AbortSignal} over
 */
async function prepareRooms(over) {
  let working = false;
  /** @param {string} line */
  function say(line) {
    if (!working) console.log("Rooms are being prepared. Calls already work.");
    working = true;
    console.log(line);
  }
  try {
    await prepareWorker({ say, signal: over });
    if (working) console.log("The media worker is ready: rooms work now.");
  } catch (error) {
    if (over.aborted || error instanceof Interrupted) return;
    // Calls do not need the worker, so the platform keeps running.
    console.error(error instanceof Unprepared ? `\n${error.message}` : error);
  }
}

/** @returns {Promise<number>} */
function runPlatform() {
  const env = { ...MEMORY, ...toolEnvironment(), MEDIASOUP_WORKER_BIN: workerPath() };
  const child = spawn(NODE, [MAIN], { cwd: ROOT, env, stdio: "inherit" });
  passSignals(child);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}

const [argument] = process.argv.slice(2);
if (argument === "--help" || argument === "-h") process.stdout.write(USAGE);
else if (argument !== undefined) {
  process.stderr.write(`Unknown argument: ${argument}\n\n${USAGE}`);
  process.exitCode = 1;
} else process.exitCode = await start().catch(explain);
