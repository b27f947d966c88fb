import { spawn } from "node:child_process";
import { join } from "node:path";
import { explain } from "./ending.mjs";
import { prepareWorker } from "./media-worker/prepare.mjs";
import { passSignals } from "./pass-signals.mjs";
import { NODE, ROOT, toolEnvironment } from "./paths.mjs";

/** @returns {Promise<number>} the exit code */
async function chaos() {
  const args = process.argv.slice(2);
  const tells = args.some((argument) => ["--help", "-h", "--list"].includes(argument));
  const worker = tells ? "" : await prepareWorker({ say: console.log });
  const child = spawn(NODE, [join(ROOT, "infra/chaos/main.ts"), ...args], {
    cwd: ROOT,
    env: { ...toolEnvironment(), MEDIASOUP_WORKER_BIN: worker },
    stdio: "inherit",
  });
  passSignals(child);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}

process.exitCode = await chaos().catch(explain);
