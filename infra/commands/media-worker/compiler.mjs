import { spawnSync } from "node:child_process";

/** The recipe builds on Linux alone. */
export function hasCompiler() {
  return process.platform === "linux" && ["c++", "g++"].some((name) => spawnSync(name, ["--version"]).status === 0);
}
