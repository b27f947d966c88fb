import { installChromiumWhereMissing } from "./browser-program.ts";
import { printNotice } from "./machine/print-notice.ts";

/** Sees to it before the first browser test, whose time limit knows nothing of downloads, that there is a Chromium. */
export default async function setup(): Promise<void> {
  try {
    await installChromiumWhereMissing();
  } catch (error) {
    // Each browser test fails with what to install; this says why it could not be done here.
    printNotice(error instanceof Error ? error.message : String(error));
  }
}
