import { launchBrowser } from "@radist-tech/testkit";
import { expect, test } from "vitest";
import { Caller } from "./testing/caller.ts";
import { onePlatform } from "./testing/platform.ts";
import { RoomUser } from "./testing/room-user.ts";

const WITHIN = { timeout: 60_000, interval: 200 };

test("Sockets whose path is dead but open are replaced: alone in a call, in a call of two, in a room", async () => {
  await using platform = await onePlatform();
  const browser = await launchBrowser();
  await using _closing = { [Symbol.asyncDispose]: () => browser.close() };
  const { front } = platform;
  const alone = await Caller.at(browser, front.url);
  await alone.startsCall();
  const alice = await Caller.at(browser, front.url);
  const bob = await Caller.at(browser, "about:blank");
  await bob.joins(await alice.startsCall());
  await Promise.all([alice.seesFrames(), bob.seesFrames()]);
  const { roomTokens } = await platform.server.createRoom();
  const [first = "", second = ""] = roomTokens;
  const carol = await RoomUser.enters(browser, platform, first);
  const dave = await RoomUser.enters(browser, platform, second);
  await Promise.all([carol.sees(dave), dave.sees(carol)]);

  const callers = [alone, alice, bob];
  const peerIds = () => Promise.all(callers.map((caller) => caller.peerId()));
  const before = await peerIds();
  await Promise.all([alice.marksPath(), bob.marksPath()]);
  const opened = front.socketsOpened;
  front.freezeSockets();
  await expect.poll(() => front.socketsOpened, WITHIN).toBe(opened + 5);
  await Promise.all(callers.map((caller) => caller.hasSignaling("connected")));
  await Promise.all([carol, dave].map((user) => user.isInState("connected")));

  expect(await peerIds()).toEqual(before);
  expect(await Promise.all([alice.hasMarkedPath(), bob.hasMarkedPath()])).toEqual([true, true]);
  await Promise.all([alice.seesFrames(), bob.seesFrames(), carol.sees(dave), dave.sees(carol)]);
  expect(await Promise.all([carol, dave].map((user) => user.told("participantleft")))).toEqual([[], []]);
  await alice.writes("Still here");
  await bob.reads("Still here");
});
