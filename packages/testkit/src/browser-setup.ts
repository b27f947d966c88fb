import { installBrowsersWhereMissing } from "./browser-program.ts";
import { printNotice } from "./machine/print-notice.ts";

/** Installs missing browsers before the first browser test, whose time limit does not allow for downloads. */
export default async function setup(): Promise<void> {
  try {
    await installBrowsersWhereMissing();
  } catch (error) {
    // Each browser test fails with the advice what to install; this is the reason why it could not be installed.
    printNotice(error instanceof Error ? error.message : String(error));
  }
}
