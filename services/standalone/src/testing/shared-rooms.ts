import { launchBrowser } from "@radist-tech/testkit";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { onePlatform, type Platform } from "./platform.ts";
import { RoomUser, type RoomUserOptions } from "./room-user.ts";

let platform: Platform;
let browser: Browser;

/** A platform and a browser that the tests of a file share. */
export function shareRooms(): void {
  beforeAll(async () => {
    platform = await onePlatform();
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await platform?.[Symbol.asyncDispose]();
  });
}

export const shared = () => ({ platform, browser });

export async function twoInARoom(options: RoomUserOptions = {}) {
  const { roomId, roomTokens } = await platform.server.createRoom({ tokens: 3 });
  const [first = "", second = "", third = ""] = roomTokens;
  const alice = await RoomUser.enters(browser, platform, first, options);
  const bob = await RoomUser.enters(browser, platform, second, options);
  await Promise.all([alice.sees(bob), bob.sees(alice)]);
  return { roomId, alice, bob, third };
}

export const close = (...users: RoomUser[]) => Promise.all(users.map((user) => user.closes()));
