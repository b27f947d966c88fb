import { launchBrowser, launchFirefox } from "@radist-tech/testkit";
import { expect, test } from "vitest";
import { onePlatform } from "./testing/platform.ts";
import { RoomUser } from "./testing/room-user.ts";

test("a user of Firefox and one of Chromium on the server's machine see and hear each other in a room", async () => {
  await using platform = await onePlatform();
  await using firefox = await launchFirefox();
  const chromium = await launchBrowser();
  await using _closing = { [Symbol.asyncDispose]: () => chromium.close() };
  const { roomTokens } = await platform.server.createRoom();
  const [first = "", second = ""] = roomTokens;
  const fiona = await RoomUser.entersInFirefox(firefox, platform, first);
  const carl = await RoomUser.enters(chromium, platform, second);
  await Promise.all([fiona.sees(carl), carl.sees(fiona), fiona.hears(carl), carl.hears(fiona)]);
  await fiona.writes("Hello from Firefox");
  await carl.isTold("message", `${fiona.peerId} to all: Hello from Firefox`);
  for (const user of [fiona, carl]) expect(await user.told("error")).toEqual([]);
});
