import { existsSync } from "node:fs";
import { pause } from "@radist-tech/protocol/timing";

const LOOK_MS = 500;

/**
 * The media worker's path; when the binary is still being downloaded or built, resolves as soon as it is there. It
 * comes by a rename, so what is there is whole.
 */
export async function mediaWorker(path: string | undefined): Promise<string | undefined> {
  while (path !== undefined && !existsSync(path)) await pause(LOOK_MS);
  return path;
}
