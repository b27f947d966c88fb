import { launchBrowser, launchFirefox, type VirtualDisplay, virtualDisplay } from "@radist-tech/testkit";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PageUser } from "./testing/page-user.ts";
import { onePlatform, type Platform } from "./testing/platform.ts";

let platform: Platform;
let display: VirtualDisplay;
let firefox: Browser;
let chromium: Browser;
beforeAll(async () => {
  [platform, display, chromium] = await Promise.all([onePlatform(), virtualDisplay(), launchBrowser()]);
  firefox = await launchFirefox(display);
});
afterAll(async () => {
  await Promise.all([firefox?.close(), chromium?.close()]);
  await display?.[Symbol.asyncDispose]();
  await platform?.[Symbol.asyncDispose]();
});

/** A user of Firefox, whose pages would hide each other, and one of Chromium. They see and hear each other. */
async function mixedRoom() {
  const fiona = await PageUser.at(firefox, platform.front.url, "Fiona");
  const link = await fiona.startsRoom();
  const carl = await PageUser.at(chromium, link, "Carl");
  await carl.joins();
  const users = [fiona, carl] as const;
  await allSeeAndHear(users);
  return { users, fiona, carl };
}

async function allSeeAndHear(users: readonly PageUser[]): Promise<void> {
  for (const one of users) {
    for (const other of users) {
      if (one === other) continue;
      await one.sees(other);
      await one.hears(other);
    }
  }
}

const close = (users: readonly PageUser[]) => Promise.all(users.map((user) => user.closes()));

test("in a mixed room cameras go off and on, screens are shared, and messages arrive", async () => {
  const { users, fiona, carl } = await mixedRoom();
  for (const [one, other] of [
    [fiona, carl],
    [carl, fiona],
  ] as const) {
    await one.byId("camera").click();
    await other.byId(`video-${one.peerId}-camera`).waitFor({ state: "detached" });
    await one.byId("camera").click();
    await other.sees(one);
    await one.byId("screen").click();
    await other.seesScreenOf(one);
    await one.byId("screen").click();
    await other.byId(`screen-${one.peerId}`).waitFor({ state: "detached" });
    await one.writes(`From ${one.name}`);
    await other.reads(`From ${one.name}`, one.name);
  }
  await close(users);
});

test("in a mixed room the sockets are cut, and pages are reloaded: all are back as who they were", async () => {
  const { users, fiona, carl } = await mixedRoom();
  platform.front.cutSockets();
  await Promise.all(users.map((user) => user.byId("notice-reconnecting").waitFor()));
  platform.front.restoreSockets();
  for (const user of users) await user.byId("notice-reconnecting").waitFor({ state: "detached" });
  await allSeeAndHear(users);
  for (const user of [fiona, carl]) {
    const before = user.peerId;
    await user.page.reload();
    await user.isIn();
    expect(user.peerId).toBe(before);
  }
  await allSeeAndHear(users);
  await close(users);
});
