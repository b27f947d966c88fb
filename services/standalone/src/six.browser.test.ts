import process from "node:process";
import { launchBrowser } from "@radist-tech/testkit";
import { expect, test } from "vitest";
import { apartPlatform } from "./testing/platform.ts";
import { RoomGoer } from "./testing/room-goer.ts";

const WITHIN = { timeout: 60_000, interval: 200 };

test("six tabs on two nodes: everyone decodes everyone, and does again when the room's worker is killed", {
  timeout: 240_000,
}, async () => {
  await using platform = await apartPlatform();
  const browser = await launchBrowser();
  await using _closing = { [Symbol.asyncDispose]: () => browser.close() };
  const { roomId, roomTokens } = await platform.server.createRoom({ tokens: 6, maxParticipants: 6 });
  const people: RoomGoer[] = [];
  // As large as six are shown on a phone: nobody needs more than the smallest picture.
  for (const token of roomTokens) {
    people.push(await RoomGoer.enters(browser, platform, token, { tileSize: [160, 90] }));
  }
  const everyoneSeesEveryone = async (pictures?: number) => {
    for (const viewer of people) {
      await Promise.all(
        people.filter((other) => other !== viewer).map((other) => viewer.sees(other, "camera", pictures)),
      );
    }
  };
  await everyoneSeesEveryone();
  const { participants } = await platform.server.getRoom(roomId);
  expect(participants.map(({ peerId, status }) => `${peerId} ${status}`)).toEqual(
    people.map(({ peerId }) => `${peerId} connected`),
  );
  // Senders stop what nobody takes: only the smallest of the three pictures is left.
  for (const person of people) {
    const flowing = async () => (await person.sent("camera", "framesPerSecond")).filter((rate) => rate > 0).length;
    await expect.poll(flowing, WITHIN).toBe(1);
  }

  for (const pid of platform.media.flatMap(({ children }) => children)) process.kill(pid, "SIGKILL");
  await everyoneSeesEveryone(30);
  for (const person of people) {
    expect(await person.told("participantleft")).toEqual([]);
    expect(await person.told("closed")).toEqual([]);
  }
});
