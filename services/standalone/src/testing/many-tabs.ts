import process from "node:process";
import { launchBrowser } from "@radist-tech/testkit";
import { expect } from "vitest";
import type { Platform } from "./platform.ts";
import { RoomGoer } from "./room-goer.ts";

const WITHIN = { timeout: 60_000, interval: 200 };

/**
 * Many tabs on a machine of two cores are late with everything. By UDP that is taken for congestion, to which the large
 * picture gives way for as long as it lasts.
 */
const BY_TCP = ["--webrtc-ip-handling-policy=disable_non_proxied_udp"];

/**
 * So many tabs talk in a room, layers follow what is shown, the media workers are killed and everybody is back.
 *
 * @param start starts what serves them
 */
export async function manyTabsTalk(count: number, start: () => Promise<Platform>): Promise<void> {
  await using platform = await start();
  const browser = await launchBrowser(BY_TCP);
  await using _closing = { [Symbol.asyncDispose]: () => browser.close() };
  const { roomId, roomTokens } = await platform.server.createRoom({ tokens: count, maxParticipants: count });
  const people: RoomGoer[] = [];
  // As large as many are shown on a phone: nobody needs more than the smallest picture.
  for (const token of roomTokens) {
    people.push(await RoomGoer.enters(browser, platform, token, { tileSize: [160, 90] }));
  }
  const everyoneMeetsEveryone = async (pictures?: number) => {
    for (const viewer of people) {
      const others = people.filter((other) => other !== viewer);
      await Promise.all(others.flatMap((other) => [viewer.sees(other, "camera", pictures), viewer.hears(other)]));
    }
  };
  await everyoneMeetsEveryone();
  const { participants } = await platform.server.getRoom(roomId);
  expect(participants.map(({ peerId, status }) => `${peerId} ${status}`)).toEqual(
    people.map(({ peerId }) => `${peerId} connected`),
  );

  // Senders stop what nobody takes: only the smallest of the three pictures is left, until somebody shows a large one.
  const flowing = async (person: RoomGoer) =>
    (await person.sent("camera", "framesPerSecond")).filter((rate) => rate > 0).length;
  for (const person of people) await expect.poll(() => flowing(person), WITHIN).toBe(1);
  const [first, second] = people as [RoomGoer, RoomGoer];
  const height = () => first.received(second.peerId, "camera", "frameHeight");
  expect(await height()).toBe(180);
  await first.resizes(second, [1_280, 720]);
  await expect.poll(height, WITHIN).toBe(720);
  await first.resizes(second, [160, 90]);
  await expect.poll(height, WITHIN).toBe(180);

  for (const pid of platform.media.flatMap(({ children }) => children)) process.kill(pid, "SIGKILL");
  await everyoneMeetsEveryone(30);
  for (const person of people) {
    expect(await person.told("participantleft")).toEqual([]);
    expect(await person.told("closed")).toEqual([]);
  }
}
