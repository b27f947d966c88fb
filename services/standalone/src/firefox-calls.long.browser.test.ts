import { launchBrowser, launchFirefox, type VirtualDisplay, virtualDisplay } from "@radist-tech/testkit";
import { afterAll, beforeAll, describe } from "vitest";
import { type Browsers, shareCallers } from "./testing/call-browsers.ts";
import { testCallMedia } from "./testing/call-media-tests.ts";
import { testCalls } from "./testing/call-tests.ts";
import { onePlatform } from "./testing/platform.ts";

let display: VirtualDisplay;
beforeAll(async () => {
  display = await virtualDisplay();
});
afterAll(() => display?.[Symbol.asyncDispose]());

const firefox = () => launchFirefox(display);
const chromium = () => launchBrowser(["--auto-accept-this-tab-capture", "--auto-select-desktop-capture-source=Entire"]);

const PAIRS: readonly [names: string, browsers: Browsers][] = [
  ["two users of Firefox", [firefox]],
  ["a user of Firefox and one of Chromium", [firefox, chromium]],
  ["a user of Chromium and one of Firefox", [chromium, firefox]],
];

describe.each(PAIRS)("A call between %s", (_names, browsers) => {
  const callers = shareCallers(onePlatform, browsers);
  testCalls(callers);
  testCallMedia(callers);
});
