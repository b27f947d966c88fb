import { installBrowsersWhereMissing } from "./browser-program.ts";
import { say } from "./machine/say.ts";

/** Installs missing browsers before the first browser test, whose time limit knows nothing of downloads. */
export default async function setup(): Promise<void> {
  try {
    await installBrowsersWhereMissing();
  } catch (error) {
    // Each browser test fails with what to install; this says why it could not be done here.
    say(error instanceof Error ? error.message : String(error));
  }
}
