#!/usr/bin/env node
// Builds and packs an SDK, that in the current folder or the one that is named: `pack-sdk build [folder]`, and what npm and
// pnpm call around packing.
import { basename, resolve } from "node:path";
import process from "node:process";
import { buildModules } from "./build-modules.ts";
import { addStandalone, buildPlatformFiles } from "./build-standalone.ts";
import { restoreManifest, swapManifest } from "./manifest-swap.ts";
import type { Sdk } from "./types/public-types.ts";

const [name = "", path = "."] = process.argv.slice(2);
const folder = resolve(path);

const COMMANDS: Readonly<Record<string, () => Promise<void>>> = {
  build,
  /** What the platform serves, alone. */
  "platform-files": () => buildPlatformFiles(folder),
  async prepack() {
    await restoreManifest(folder);
    await build();
    await swapManifest(folder);
  },
  postpack: () => restoreManifest(folder),
};

async function build(): Promise<void> {
  const sdk = sdkIn(folder);
  await buildModules(sdk, folder);
  if (sdk === "client") await Promise.all([addStandalone(folder), buildPlatformFiles(folder)]);
}

function sdkIn(path: string): Sdk {
  const name = basename(path);
  if (name !== "client" && name !== "server") throw new Error(`${path} is no SDK.`);
  return name;
}

const command = COMMANDS[name];
if (!command) throw new Error(`Use one of: ${Object.keys(COMMANDS).join(", ")}.`);
await command();
