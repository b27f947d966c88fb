import { launchBrowser, launchFirefox } from "@radist-tech/testkit";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Caller } from "./testing/caller.ts";
import { PageUser } from "./testing/page-user.ts";
import { onePlatform, type Platform } from "./testing/platform.ts";

let platform: Platform;
let browser: Browser;
beforeAll(async () => {
  platform = await onePlatform();
  browser = await launchBrowser([], { keepsPages: true });
});
afterAll(async () => {
  await browser?.close();
  await platform?.[Symbol.asyncDispose]();
});

const idOf = (link: string): string => link.split("/").at(-1) ?? "";
const connectedIn = async (roomId: string): Promise<string[]> => {
  const { participants } = await platform.server.getRoom(roomId);
  return participants.map(({ peerId, status }) => `${peerId} ${status}`);
};
const peersOf = async (callId: string): Promise<string[]> => {
  const { peers } = await platform.server.getCall(callId);
  return peers.map(({ peerId, status }) => `${peerId} ${status}`);
};

async function twoInARoom() {
  const ada = await PageUser.at(browser, platform.front.url, "Ada");
  const link = await ada.startsRoom();
  const grace = await PageUser.at(browser, link, "Grace");
  await grace.joins();
  await Promise.all([ada.sees(grace), grace.sees(ada)]);
  return { ada, grace, link, roomId: idOf(link) };
}

describe("In a room", () => {
  test("a duplicated tab does not take the seat of the first one, and joins as somebody else", async () => {
    const { ada, grace, link, roomId } = await twoInARoom();
    const tab = await grace.duplicates(link);
    await tab.byId("join").waitFor();
    expect(await connectedIn(roomId)).toEqual([`${ada.peerId} connected`, `${grace.peerId} connected`]);
    await ada.sees(grace);
    await tab.joins();
    expect([ada.peerId, grace.peerId]).not.toContain(tab.peerId);
    await Promise.all([ada.sees(tab), grace.sees(tab), tab.sees(grace)]);
    await Promise.all([ada, grace].map((user) => user.closes()));
  });

  test("who goes to another site and back is the same participant, with one tile", async () => {
    const { ada, grace, roomId } = await twoInARoom();
    const before = grace.peerId;
    await ada.countsTiles();
    await grace.page.goto(`${platform.front.url}/healthz`);
    await grace.page.goBack();
    await grace.isIn();
    expect(grace.peerId).toBe(before);
    await Promise.all([ada.sees(grace), grace.sees(ada)]);
    expect(await ada.otherTiles()).toBe(1);
    expect(await connectedIn(roomId)).toEqual([`${ada.peerId} connected`, `${before} connected`]);
    await Promise.all([ada, grace].map((user) => user.closes()));
  });

  test("who is alone, goes to another site and back has the same seat; after leaving, a reload leads to the lobby", async () => {
    const ada = await PageUser.at(browser, platform.front.url, "Ada");
    const roomId = idOf(await ada.startsRoom());
    const before = ada.peerId;
    await ada.page.goto(`${platform.front.url}/healthz`);
    await ada.page.goBack();
    await ada.isIn();
    expect(await connectedIn(roomId)).toEqual([`${before} connected`]);
    await ada.byId("leave").click();
    await ada.isOver("left");
    await ada.page.reload();
    await ada.byId("join").waitFor();
    await ada.closes();
  });

  test("who is kicked while away is told that their place is gone, and can join again", async () => {
    const { ada, grace, roomId } = await twoInARoom();
    await grace.page.goto(`${platform.front.url}/healthz`);
    await platform.server.kickParticipant({ roomId, peerId: grace.peerId });
    await ada.seesNoMore(grace);
    await grace.page.goBack();
    await grace.isOver("away-too-long");
    await grace.page.reload();
    await grace.joins();
    await ada.sees(grace);
    await Promise.all([ada, grace].map((user) => user.closes()));
  });
});

describe("In a call", () => {
  test("who goes to another site and back is the same peer, alone and with another one", async () => {
    const alice = await Caller.at(browser, platform.front.url);
    const link = await alice.startsCall();
    const away = async (caller: Caller) => {
      const before = await caller.peerId();
      await caller.page.goto(`${platform.front.url}/healthz`);
      await caller.page.goBack();
      await caller.isIn();
      expect(await caller.peerId()).toBe(before);
    };
    await away(alice);
    expect(await peersOf(idOf(link))).toEqual([`${await alice.peerId()} connected`]);
    const bob = await Caller.at(browser, "about:blank");
    await bob.joins(link);
    await Promise.all([alice.seesFrames(), bob.seesFrames()]);
    await away(bob);
    await Promise.all([alice.seesFrames(), bob.seesFrames()]);
    const peers = await peersOf(idOf(link));
    expect(peers.toSorted()).toEqual(
      [`${await alice.peerId()} connected`, `${await bob.peerId()} connected`].toSorted(),
    );
    await Promise.all([alice, bob].map(({ page }) => page.context().close()));
  });
});

describe("In Firefox, who is alone has the same seat after a reload, and after going away and back,", () => {
  /** @param isIn resolves with the user's peer id once the page is in */
  const keepsItsSeat = async (page: Page, isIn: () => Promise<string>, seats: () => Promise<string[]>) => {
    const before = await isIn();
    await page.reload();
    expect(await isIn()).toBe(before);
    expect(await seats()).toEqual([`${before} connected`]);
    await page.goto(`${platform.front.url}/healthz`);
    await page.goBack();
    expect(await isIn()).toBe(before);
    expect(await seats()).toEqual([`${before} connected`]);
  };

  test("in a room", async () => {
    await using firefox = await launchFirefox();
    const ada = await PageUser.at(firefox, platform.front.url, "Ada");
    const roomId = idOf(await ada.startsRoom());
    const isIn = () => ada.isIn().then(() => ada.peerId);
    await keepsItsSeat(ada.page, isIn, () => connectedIn(roomId));
  });

  test("in a call", async () => {
    await using firefox = await launchFirefox();
    const alice = await Caller.at(firefox, platform.front.url);
    const callId = idOf(await alice.startsCall());
    const isIn = async () => {
      await alice.isIn();
      await alice.hasSignaling("connected");
      return (await alice.peerId()) ?? "";
    };
    await keepsItsSeat(alice.page, isIn, () => peersOf(callId));
  });
});
