import { spawn } from "node:child_process";
import { join } from "node:path";
import { explain, Unprepared } from "./ending.mjs";
import { NODE, ROOT, toolEnvironment } from "./house.mjs";
import { buildPage, pageIsCurrent } from "./page.mjs";
import { passSignals } from "./pass-signals.mjs";
import { prepare } from "./prepare.mjs";

const USAGE = `Starts the whole platform in one process: npm start

Settings come from the environment, for example: PORT=4000 npm start

  PORT                where it serves (default 3000)
  HOST                at which address (default 0.0.0.0: all of this machine)
  RADIST_DATA_DIR     where it keeps its data (default .radist/)
  RADIST_ADMIN_TOKEN  the admin token (default: made at the first start and kept in the data directory)
  ICE_SERVERS         STUN and TURN servers for the browsers, a JSON list of RTCIceServer objects (default none)
  TRUSTED_PROXIES     how many proxies in front append to X-Forwarded-For (default 0)
  LOG_LEVEL           trace, debug, info, warn, error, fatal or silent (default warn)

All of them, limits and times too: services/standalone/src/config.ts
`;

// Saves a third of the work of every start but the first.
const COMPILED = join(ROOT, "node_modules/.cache/compiled");

/** @returns {Promise<number>} the exit code of the platform */
async function start() {
  await prepare();
  if (!pageIsCurrent()) {
    console.log("Building the page …");
    const { code, output } = await buildPage();
    if (code !== 0) throw new Unprepared(`The page could not be built:\n${output}`);
  }
  return runPlatform();
}

/** @returns {Promise<number>} */
function runPlatform() {
  const main = join(ROOT, "services/standalone/src/main.ts");
  const env = { NODE_COMPILE_CACHE: COMPILED, ...toolEnvironment() };
  const child = spawn(NODE, [main], { cwd: ROOT, env, stdio: "inherit" });
  passSignals(child);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}

const [argument] = process.argv.slice(2);
if (argument === "--help" || argument === "-h") process.stdout.write(USAGE);
else if (argument !== undefined) {
  process.stderr.write(`There is no argument ${argument}.\n\n${USAGE}`);
  process.exitCode = 1;
} else process.exitCode = await start().catch(explain);
