import { spawn } from "node:child_process";
import { join } from "node:path";
import { explain, Unprepared } from "./ending.mjs";
import { NODE, ROOT, toolEnvironment } from "./house.mjs";
import { buildPage, pageIsCurrent } from "./page.mjs";
import { passSignals } from "./pass-signals.mjs";
import { prepare } from "./prepare.mjs";

const USAGE = `Starts the whole platform in one process: npm start

  PORT                where it serves, on all interfaces (default 3000)
  RADIST_DATA_DIR     where it keeps its data (default .radist/)
  RADIST_ADMIN_TOKEN  the admin token (default: made at the first start and kept in the data directory)
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

if (process.argv.includes("--help") || process.argv.includes("-h")) console.log(USAGE);
else process.exitCode = await start().catch(explain);
