import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { launchFirefox } from "./firefox.ts";

test("a page in Firefox gets camera and microphone without asking anybody", async () => {
  const server = createServer((_request, response) => response.setHeader("content-type", "text/html").end("<p>hi</p>"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  await using browser = await launchFirefox();
  const page = await browser.newPage();
  await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
  const kinds = await page.evaluate(`
    navigator.mediaDevices.getUserMedia({ audio: true, video: true })
      .then((stream) => stream.getTracks().map((track) => track.kind + " " + track.readyState).sort())`);
  expect(kinds).toEqual(["audio live", "video live"]);
  server.close();
});
