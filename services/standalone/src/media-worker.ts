import { existsSync } from "node:fs";
import { pause } from "@radist-tech/protocol/timing";
import { isPatched } from "@radist-tech/sfu";

const LOOK_MS = 500;

/** How the media worker is, without which there are no rooms. */
export type WorkerState = "patched" | "unpatched" | { readonly missingAt: string };

export function workerState(path: string): WorkerState {
  if (!existsSync(path)) return { missingAt: path };
  return isPatched(path) ? "patched" : "unpatched";
}

/**
 * The media worker's path; when the binary is still being downloaded or built, resolves as soon as it is there. It
 * comes by a rename, so what is there is whole.
 */
export async function mediaWorker(path: string): Promise<string> {
  while (!existsSync(path)) await pause(LOOK_MS);
  return path;
}
