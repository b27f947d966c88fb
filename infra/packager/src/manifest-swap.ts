import { existsSync } from "node:fs";
import { copyFile, mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { catalog, manifestPath, publishedManifest, readManifest } from "./manifest.ts";

const backupPath = (folder: string): string => join(folder, "node_modules/.package-before-packing.json");

/** Puts the published package.json into the place of the repository's, for the moment of packing. */
export async function swapManifest(folder: string): Promise<void> {
  // One that was never put back, because packing was killed.
  await restoreManifest(folder);
  const published = publishedManifest(await readManifest(folder), await catalog());
  const backup = backupPath(folder);
  await mkdir(dirname(backup), { recursive: true });
  await copyFile(manifestPath(folder), `${backup}.part`);
  await rename(`${backup}.part`, backup);
  // Without a line break at the end, as pnpm writes it.
  await replaceManifest(folder, JSON.stringify(published, null, 2));
}

/** Puts the repository's package.json back. Does nothing where it is. */
export async function restoreManifest(folder: string): Promise<void> {
  const backup = backupPath(folder);
  if (existsSync(backup)) await rename(backup, manifestPath(folder));
}

/** In one step: whoever reads it meanwhile reads the one or the other. */
async function replaceManifest(folder: string, text: string): Promise<void> {
  const part = join(folder, "node_modules/.package-published.json");
  await writeFile(part, text);
  await rename(part, manifestPath(folder));
}
