import { mkdirSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { explain } from "./ending.mjs";
import { packSdks } from "./pack-sdks.mjs";
import { ROOT } from "./paths.mjs";
import { prepare } from "./prepare.mjs";

const FOLDER = join(ROOT, "dist-packages");

async function pack() {
  await prepare();
  console.log("Building and packing the SDKs …");
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER);
  const paths = await packSdks(FOLDER);
  for (const path of paths) console.log(` ${relative(ROOT, path)}`);
  console.log("\nInstall them into your project:\n");
  for (const path of paths) console.log(`  npm i ${path}`);
  return 0;
}

process.exitCode = await pack().catch(explain);
