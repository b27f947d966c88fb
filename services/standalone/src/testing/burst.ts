import type { Browser } from "playwright-core";
import { expect } from "vitest";
import type { Platform } from "./platform.ts";
import { RoomUser } from "./room-user.ts";

const WITHIN = { timeout: 120_000, interval: 200 };
const PART_BYTES = 60_000;

/** Counts the parts that arrive whole and in order, and takes some time over each. */
async function collects(user: RoomUser, busyMs = 0): Promise<void> {
  await user.page.evaluate(
    ([size, busy]) => {
      const parts = { all: 0, private: 0, wrong: 0 };
      Object.assign(window, { parts });
      window.stage.room?.on("message", (message) => {
        if (message.type !== "binary") return;
        const until = performance.now() + busy;
        while (performance.now() < until);
        const numbers = new Uint32Array(message.data);
        const key = message.isPrivate ? "private" : "all";
        if (message.data.byteLength === size && numbers.every((number) => number === parts[key])) parts[key]++;
        else parts.wrong++;
      });
    },
    [PART_BYTES, busyMs] as const,
  );
}

const collected = (user: RoomUser): Promise<{ all: number; private: number; wrong: number }> =>
  user.page.evaluate(() => ({
    ...(window as unknown as { parts: { all: number; private: number; wrong: number } }).parts,
  }));

function sendsParts(user: RoomUser, parts: number, to?: RoomUser): Promise<void> {
  return user.page.evaluate(
    async ([count, size, target]) => {
      for (let part = 0; part < count; part++) {
        await window.stage.room?.send(new Uint32Array(size / 4).fill(part), target === undefined ? {} : { to: target });
      }
    },
    [parts, PART_BYTES, to?.peerId] as const,
  );
}

/** Sends so many parts to all, then to one receiver; they arrive whole and in order, however slow one receiver is. */
export async function sendBurst(browser: Browser, platform: Platform, parts: number): Promise<void> {
  const { roomTokens } = await platform.server.createRoom({ tokens: 3 });
  const enter = (token = "") => RoomUser.enters(browser, platform, token, { channels: ["data"] });
  const [alice, bob, slow] = [await enter(roomTokens[0]), await enter(roomTokens[1]), await enter(roomTokens[2])];
  await Promise.all([collects(bob), collects(slow, 60)]);

  await sendsParts(alice, parts);
  await expect.poll(async () => (await collected(bob)).all, WITHIN).toBe(parts);
  await sendsParts(alice, parts, bob);
  await expect.poll(() => collected(bob), WITHIN).toEqual({ all: parts, private: parts, wrong: 0 });
  await expect.poll(() => collected(slow), WITHIN).toEqual({ all: parts, private: 0, wrong: 0 });
  expect(await alice.told("error")).toEqual([]);
  await Promise.all([alice, bob, slow].map((user) => user.closes()));
}
