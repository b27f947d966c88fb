import { launchBrowser } from "@radist-tech/testkit";
import { test } from "vitest";
import { sendBurst } from "./testing/burst.ts";
import { onePlatform } from "./testing/platform.ts";

test("a long burst arrives whole and in order at all, and at one, however slow one receiver is", async () => {
  await using platform = await onePlatform();
  const browser = await launchBrowser();
  await using _closing = { [Symbol.asyncDispose]: () => browser.close() };
  await sendBurst(browser, platform, 200);
});
