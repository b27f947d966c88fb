import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { RoomUser } from "./testing/room-user.ts";
import { shared, sharePlatform } from "./testing/shared-platform.ts";

sharePlatform();

/** In the page: no device can be used, and attempts are counted. */
function refuseDevices(): void {
  Object.assign(window, { asked: 0 });
  navigator.mediaDevices.getUserMedia = () => {
    (window as unknown as { asked: number }).asked++;
    return Promise.reject(new DOMException("", "NotAllowedError"));
  };
}

const askedOf = (page: Pick<Page, "evaluate">): Promise<number> =>
  page.evaluate(() => (window as unknown as { asked: number }).asked);

async function roomWith(participant: object) {
  const { roomId, roomTokens } = await shared().platform.server.createRoom();
  const { connectionToken } = await shared().platform.server.mintConnectionToken({ roomId, participant });
  const speaker = await RoomUser.enters(shared().browser, shared().platform, roomTokens[0] ?? "");
  const other = await RoomUser.enters(shared().browser, shared().platform, connectionToken, { prepare: refuseDevices });
  return { speaker, other };
}

test("a viewer is asked for no device, and watches", async () => {
  const { speaker, other } = await roomWith({ canPublish: false });
  await other.sees(speaker);
  expect(await askedOf(other.page)).toBe(0);
  expect(await other.told("error")).toEqual([]);
  await Promise.all([speaker.closes(), other.closes()]);
});

test("a participant who refuses both devices is in the room, and watches", async () => {
  const { speaker, other } = await roomWith({});
  await other.sees(speaker);
  const codes = async () => (await other.told("error")).map((text) => text.split(":")[0]);
  await expect.poll(codes).toEqual(["permission_denied", "permission_denied"]);
  await Promise.all([speaker.closes(), other.closes()]);
});
