import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Unprepared } from "./ending.mjs";
import { fingerprint, isStamped, writeStamp } from "./fingerprint.mjs";
import { NODE, ROOT } from "./paths.mjs";
import { run } from "./run.mjs";

const OLDEST_NODE = 20;
const STAMP = "node_modules/.installed-from";
const DEFINED_BY = ["pnpm-lock.yaml", "pnpm-workspace.yaml"];

// By default npm retries for more than a minute before it reports that it is offline.
const PATIENCE = {
  npm_config_fetch_retries: "4",
  npm_config_fetch_retry_mintimeout: "1000",
  npm_config_fetch_retry_maxtimeout: "5000",
};

/**
 * Installs the dependencies of the lock file, Node itself among them. Takes a few milliseconds when they are current.
 *
 * @returns {Promise<void>}
 * @throws {Unprepared} with what to do
 */
export async function prepare() {
  checkNode();
  const mark = `${process.platform}-${process.arch} ${fingerprint(DEFINED_BY)}\n`;
  if (isStamped(STAMP, mark) && existsSync(NODE)) return;
  await install();
  writeStamp(STAMP, mark);
}

function checkNode() {
  const major = Number(process.versions.node.split(".")[0]);
  if (major >= OLDEST_NODE) return;
  throw new Unprepared(
    `This is Node ${process.versions.node}; the installer needs Node ${OLDEST_NODE} or newer (https://nodejs.org). ` +
      "It then installs everything else, a newer Node included, in this folder only.",
  );
}

async function install() {
  const pnpm = pnpmVersion();
  const what = existsSync(join(ROOT, "node_modules")) ? "have changed: updating" : "are missing: installing";
  console.log(`The dependencies ${what} them with ${pnpm} (about a minute the first time) …`);
  const started = Date.now();
  const { code } = await run(process.platform === "win32" ? "npx.cmd" : "npx", installArguments(pnpm), {
    env: { ...PATIENCE, ...process.env, NODE_ENV: "development" },
  });
  if (code !== 0) throw new Unprepared(await explainFailure(code));
  if (!existsSync(NODE)) throw new Unprepared("The installation contains no Node. Remove node_modules and try again.");
  console.log(`Installed in ${Math.round((Date.now() - started) / 1000)} s.\n`);
}

/** @param {string} pnpm */
function installArguments(pnpm) {
  return [
    "--yes",
    pnpm,
    "install",
    "--frozen-lockfile",
    // Replaces a node_modules of another layout instead of asking at the terminal.
    "--config.confirmModulesPurge=false",
  ];
}

function pnpmVersion() {
  return JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).packageManager;
}

/** @param {number} code */
async function explainFailure(code) {
  const registry = process.env.npm_config_registry ?? "https://registry.npmjs.org/";
  const reachable = await fetch(registry, { signal: AbortSignal.timeout(10_000) }).then(
    () => true,
    () => false,
  );
  const reason = reachable
    ? "The lines above show the reason."
    : `${new URL(registry).host} cannot be reached: check the connection, or configure your proxy or mirror ` +
      "(npm config set proxy …, npm config set registry …).";
  return `The dependencies could not be installed (exit code ${code}). ${reason} Then run the same command again.`;
}
