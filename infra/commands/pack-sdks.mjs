import { join } from "node:path";
import { Unprepared } from "./ending.mjs";
import { ROOT, toolEnvironment } from "./paths.mjs";
import { run } from "./run.mjs";

const SDKS = ["client", "server"];

/**
 * Packs the SDKs as npm does it when they are published.
 *
 * @param {string} folder where the tarballs go; it has to be there
 * @returns {Promise<string[]>} their paths
 * @throws {Unprepared} with what went wrong
 */
export async function packSdks(folder) {
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const paths = [];
  for (const sdk of SDKS) {
    const { code, output } = await run(npm, ["pack", "--loglevel=error", "--pack-destination", folder], {
      cwd: join(ROOT, "packages", sdk),
      env: toolEnvironment(),
      quiet: true,
    });
    const name = /^\S+\.tgz$/m.exec(output)?.[0];
    if (code !== 0 || name === undefined) throw new Unprepared(`packages/${sdk} could not be packed:\n${output}`);
    paths.push(join(folder, name));
  }
  return paths;
}
