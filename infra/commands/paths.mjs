import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the repository. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const BIN = join(ROOT, "node_modules/.bin");

/** The Node among the dependencies: everything after the installation runs on it. */
export const NODE = join(BIN, process.platform === "win32" ? "node.exe" : "node");

/** The environment for the installed tools, whose `node` is the installed one. */
export function toolEnvironment() {
  return { ...process.env, PATH: `${BIN}${delimiter}${process.env.PATH ?? ""}`, TURBO_TELEMETRY_DISABLED: "1" };
}
