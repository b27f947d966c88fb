import { launchBrowser } from "@radist-tech/testkit";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Guest } from "./testing/guest.ts";
import { onePlatform, type Platform } from "./testing/platform.ts";

let platform: Platform;
let browser: Browser;
beforeAll(async () => {
  platform = await onePlatform();
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await platform?.[Symbol.asyncDispose]();
});

const close = (...guests: Guest[]) => Promise.all(guests.map((guest) => guest.closes()));

async function roomOf(...names: string[]) {
  const [first = "", ...more] = names;
  const starter = await Guest.at(browser, platform.front.url, first);
  const link = await starter.startsRoom();
  const guests = [starter];
  for (const name of more) {
    const guest = await Guest.at(browser, link, name);
    await guest.joins();
    guests.push(guest);
  }
  return { guests, link, roomId: link.split("/").at(-1) ?? "" };
}

/** What one of them sees is not what another one sees. */
const pairs = (guests: readonly Guest[]) =>
  guests.flatMap((one) => guests.filter((other) => other !== one).map((other) => [one, other] as const));

test("three people see and hear each other, mute, share a screen, write, and one leaves", async () => {
  const { guests } = await roomOf("Ada", "Grace", "Linus");
  const [ada, grace, linus] = guests as [Guest, Guest, Guest];
  for (const [one, other] of pairs(guests)) {
    await one.sees(other);
    await one.hears(other);
  }

  await grace.byId("microphone").click();
  await linus.page.keyboard.press("m");
  await Promise.all([ada.seesMuted(grace, true), ada.seesMuted(linus, true), grace.seesMuted(ada, false)]);
  await Promise.all(guests.map((guest) => guest.seesSpeaking(ada)));

  await linus.byId("camera").click();
  await ada.byId(`video-${linus.peerId}-camera`).waitFor({ state: "detached" });
  await linus.byId("camera").click();
  await ada.sees(linus);

  await grace.byId("screen").click();
  await grace.byId("notice-screen").waitFor();
  await Promise.all([ada.seesScreenOf(grace), linus.seesScreenOf(grace)]);
  await grace.byId("screen").click();
  await ada.byId(`screen-${grace.peerId}`).waitFor({ state: "detached" });

  await ada.writes("Hello everybody");
  await Promise.all([grace.reads("Hello everybody", "Ada"), linus.reads("Hello everybody", "Ada")]);
  await ada.writesAloneTo(grace, "Between us");
  await grace.reads("Between us", "Ada, only to you");
  await linus.writes("Bye");
  await ada.reads("Bye", "Linus");
  expect(await linus.page.getByText("Between us").count()).toBe(0);

  await linus.byId("leave").click();
  await linus.isOver("left");
  await Promise.all([ada.seesNoMore(linus), grace.seesNoMore(linus)]);
  await close(...guests);
});

test("a reloaded page is back under its name, and nobody waits for the earlier one", async () => {
  const { guests } = await roomOf("Ada", "Grace");
  const [ada, grace] = guests as [Guest, Guest];
  await ada.sees(grace);
  const before = grace.peerId;
  await grace.page.reload();
  await grace.isIn();
  await ada.sees(grace);
  expect(grace.peerId).not.toBe(before);
  await ada.byId(`tile-${before}`).waitFor({ state: "detached" });
  await grace.sees(ada);
  await close(...guests);
});

test("whoever is alone has the link at hand; who is muted in the lobby comes in muted", async () => {
  const { guests, link } = await roomOf("Ada");
  const [ada] = guests as [Guest];
  expect(await ada.byId("invite").getByTestId("room-link").inputValue()).toBe(link);
  const grace = await Guest.at(browser, link, "Grace");
  await grace.byId("microphone").click();
  await grace.joins();
  await ada.sees(grace);
  await ada.seesMuted(grace, true);
  await ada.byId("invite").waitFor({ state: "detached" });
  await grace.byId("microphone").click();
  await ada.seesMuted(grace, false);
  await ada.hears(grace);
  await close(ada, grace);
});

test("the sockets are cut: the page says so until they are back, and all goes on", async () => {
  const { guests } = await roomOf("Ada", "Grace");
  const [ada, grace] = guests as [Guest, Guest];
  await Promise.all([ada.sees(grace), grace.sees(ada)]);
  platform.front.cutSockets();
  await Promise.all(guests.map((guest) => guest.byId("notice-reconnecting").waitFor()));
  platform.front.restoreSockets();
  for (const guest of guests) await guest.byId("notice-reconnecting").waitFor({ state: "detached" });
  await Promise.all([ada.sees(grace), grace.sees(ada)]);
  await ada.writes("Still here");
  await grace.reads("Still here", "Ada");
  await close(...guests);
});

test("the backend removes one, then ends the room; its link says so", async () => {
  const { guests, link, roomId } = await roomOf("Ada", "Grace");
  const [ada, grace] = guests as [Guest, Guest];
  await ada.sees(grace);
  await platform.server.kickParticipant({ roomId, peerId: grace.peerId });
  await grace.isOver("kicked");
  await ada.seesNoMore(grace);
  await platform.server.endRoom(roomId);
  await ada.isOver("ended");
  await grace.page.goto(link);
  await grace.isOver("ended");
  await close(...guests);
});
