import { launchBrowser } from "@radist-tech/testkit";
import { expect, test } from "vitest";
import { onePlatform } from "./testing/platform.ts";
import { RoomUser } from "./testing/room-user.ts";

const WITHIN = { timeout: 60_000, interval: 200 };

test("pages on the server's own machine send and receive by UDP", () => connectsBy("udp", []));

test("pages on the server's own machine send and receive by TCP where UDP is barred", { tags: ["long"] }, () =>
  connectsBy("tcp", ["--webrtc-ip-handling-policy=disable_non_proxied_udp"]),
);

async function connectsBy(protocol: string, flags: string[]): Promise<void> {
  await using platform = await onePlatform();
  const browser = await launchBrowser(flags);
  await using _closing = { [Symbol.asyncDispose]: () => browser.close() };
  const { roomTokens } = await platform.server.createRoom();
  const [first = "", second = ""] = roomTokens;
  const alice = await RoomUser.enters(browser, platform, first);
  const bob = await RoomUser.enters(browser, platform, second);
  await Promise.all([alice.sees(bob), bob.sees(alice)]);
  // Whichever answers first may carry the first pictures.
  const paths = [`${protocol} 127.0.0.1`, `${protocol} 127.0.0.1`];
  await expect.poll(() => alice.paths(bob), WITHIN).toEqual(paths);
  await expect.poll(() => bob.paths(alice), WITHIN).toEqual(paths);
}
