import puppeteer, { type Browser, type Page } from "puppeteer-core";
import { firefoxPath } from "./browser-program.ts";

export type FirefoxPage = Page;

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
 * A real Firefox with a fresh profile, a fake camera and microphone that need no permission. Disposal closes it.
 *
 * Unlike Chromium it gathers no loopback candidates and pairs none: media must be announced at an interface's address.
 *
 * @throws what to install, when this machine has no Firefox.
 */
export async function launchFirefox(): Promise<Browser> {
  return puppeteer.launch({
    browser: "firefox",
    executablePath: firefoxPath(),
    headless: true,
    extraPrefsFirefox: PREFERENCES,
  });
}
