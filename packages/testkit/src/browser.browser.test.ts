import { expect, test } from "vitest";
import { launchBrowser } from "./browser.ts";

test("a page gets camera and microphone without asking anybody", async () => {
  await using browser = await launchBrowser();
  const page = await browser.newPage();
  await page.route("http://localhost/", (route) => route.fulfill({ contentType: "text/html", body: "<p>hi</p>" }));
  await page.goto("http://localhost/");
  // As text: the page's globals are no part of this package's types.
  const kinds = await page.evaluate<string[]>(`
    navigator.mediaDevices.getUserMedia({ audio: true, video: true })
      .then((stream) => stream.getTracks().map((track) => track.kind + " " + track.readyState).sort())`);
  expect(kinds).toEqual(["audio live", "video live"]);
});
