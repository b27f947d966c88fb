import { type Browser, chromium } from "playwright-core";
import { chromiumPath } from "./browser-program.ts";

const FLAGS = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
  "--autoplay-policy=no-user-gesture-required",
  // Several pages in one browser: the hidden ones must keep sending and decoding.
  "--disable-renderer-backgrounding",
  "--disable-background-timer-throttling",
  "--disable-backgrounding-occluded-windows",
];

/**
 * A real Chromium with a fresh profile, a fake camera and microphone that need no permission. Disposal closes it.
 * @param flags additional flags of Chromium
 * @param options.keepsPages whether pages are kept for going back, as browsers do and Playwright does not. Default false.
 * @param options.program in place of this machine's Chromium
 * @throws what to install, when this machine has no Chromium.
 */
export async function launchBrowser(
  flags: readonly string[] = [],
  { keepsPages = false, program }: { readonly keepsPages?: boolean; readonly program?: string } = {},
): Promise<Browser> {
  return chromium.launch({
    ...(keepsPages && { ignoreDefaultArgs: ["--disable-back-forward-cache"] }),
    executablePath: program ?? chromiumPath(),
    headless: true,
    // The sandbox needs privileges that containers and root lack; the pages are those of the tests.
    chromiumSandbox: false,
    args: [...FLAGS, ...flags],
  });
}
