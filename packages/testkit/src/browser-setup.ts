import { installChromiumWhereMissing } from "./browser-program.ts";
import { say } from "./machine/say.ts";

/** Sees to it before the first browser test, whose time limit knows nothing of downloads, that there is a Chromium. */
export default async function setup(): Promise<void> {
  try {
    await installChromiumWhereMissing();
  } catch (error) {
    // Each browser test fails with what to install; this says why it could not be done here.
    say(error instanceof Error ? error.message : String(error));
  }
}
