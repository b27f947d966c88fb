import { launchBrowser, launchFirefox } from "@radist-tech/testkit";
import { expect, test } from "vitest";
import { shareCallers } from "./testing/call-browsers.ts";
import { onePlatform } from "./testing/platform.ts";
import { RoomUser } from "./testing/room-user.ts";

const { shared, twoCallers, close } = shareCallers(onePlatform, [launchFirefox, launchBrowser]);

test("a user of Firefox and one of Chromium see each other in a call, and write", async () => {
  const { alice, bob } = await twoCallers();
  await alice.writes("Hello from Firefox");
  await bob.reads("Hello from Firefox");
  await bob.writes("Hello from Chromium");
  await alice.reads("Hello from Chromium");
  await close(alice, bob);
});

test("a user of Firefox and one of Chromium on the server's machine see and hear each other in a room", async () => {
  const { platform, first: firefox, second: chromium } = shared();
  const { roomTokens } = await platform.server.createRoom();
  const [first = "", second = ""] = roomTokens;
  const fiona = await RoomUser.enters(firefox, platform, first);
  const carl = await RoomUser.enters(chromium, platform, second);
  await Promise.all([fiona.sees(carl), carl.sees(fiona), fiona.hears(carl), carl.hears(fiona)]);
  await fiona.writes("Hello from Firefox");
  await carl.isTold("message", `${fiona.peerId} to all: Hello from Firefox`);
  for (const user of [fiona, carl]) expect(await user.told("error")).toEqual([]);
  await Promise.all([fiona.closes(), carl.closes()]);
});
