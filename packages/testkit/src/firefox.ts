import process from "node:process";
import { type Browser, firefox } from "playwright-core";
import { firefoxPath } from "./browser-program.ts";
import type { VirtualDisplay } from "./virtual-display.ts";

const PREFERENCES = {
  // A camera and a microphone of the browser's own making, which need no permission.
  "media.navigator.streams.fake": true,
  "media.navigator.permission.disabled": true,
  "media.autoplay.default": 0,
  // Nothing is fetched that the tests did not ask for.
  "app.update.enabled": false,
  "browser.safebrowsing.enabled": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "extensions.update.enabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "services.settings.server": "data:,",
};

/**
 * A real Firefox, not a build of Playwright's, with a fresh profile, a fake camera and microphone that need no permission.
 * Disposal closes it.
 *
 * Unlike Chromium it gathers no loopback candidates and pairs none: media must be announced at an interface's address.
 *
 * @param display where its windows are, and a screen that it can share. Default: it has none.
 * @throws what to install, when this machine has no Firefox.
 */
export async function launchFirefox(display?: VirtualDisplay): Promise<Browser> {
  return firefox.launch({
    channel: "moz-firefox",
    executablePath: firefoxPath(),
    headless: display === undefined,
    ...(display && { env: { ...process.env, DISPLAY: display.name } }),
    firefoxUserPrefs: PREFERENCES,
  });
}
