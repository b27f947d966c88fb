import type { ReceivedFile } from "@radist-tech/client";
import { launchBrowser } from "@radist-tech/testkit";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { onePlatform, type Platform } from "./testing/platform.ts";
import { RoomUser } from "./testing/room-user.ts";

const WITHIN = { timeout: 120_000, interval: 200 };
const PARTS = 200;
const PART_BYTES = 60_000;

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

function sendsParts(user: RoomUser, to?: RoomUser): Promise<void> {
  return user.page.evaluate(
    async ([count, size, target]) => {
      for (let part = 0; part < count; part++) {
        await window.stage.room?.send(new Uint32Array(size / 4).fill(part), target === undefined ? {} : { to: target });
      }
    },
    [PARTS, PART_BYTES, to?.peerId] as const,
  );
}

test("a burst arrives whole and in order at all, and at one, however slow one receiver is", async () => {
  const { roomTokens } = await platform.server.createRoom({ tokens: 3 });
  const enter = (token = "") => RoomUser.enters(browser, platform, token, { channels: ["data"] });
  const [alice, bob, slow] = [await enter(roomTokens[0]), await enter(roomTokens[1]), await enter(roomTokens[2])];
  await Promise.all([collects(bob), collects(slow, 60)]);

  await sendsParts(alice);
  await expect.poll(async () => (await collected(bob)).all, WITHIN).toBe(PARTS);
  expect((await collected(slow)).all, "the slow one did not hold up the fast one").toBeLessThan(PARTS);
  await sendsParts(alice, bob);
  await expect.poll(() => collected(bob), WITHIN).toEqual({ all: PARTS, private: PARTS, wrong: 0 });
  await expect.poll(() => collected(slow), WITHIN).toEqual({ all: PARTS, private: 0, wrong: 0 });
  expect(await alice.told("error")).toEqual([]);
  await Promise.all([alice, bob, slow].map((user) => user.closes()));
});

test("a file arrives whole at all, with its name and type", async () => {
  const { roomTokens } = await platform.server.createRoom({ tokens: 3 });
  const enter = (token = "") => RoomUser.enters(browser, platform, token, { channels: ["data"] });
  const [alice, bob, eve] = [await enter(roomTokens[0]), await enter(roomTokens[1]), await enter(roomTokens[2])];
  const collect = () => {
    const files: string[] = [];
    Object.assign(window, { files });
    const read = async ({ name, type, size, blob }: ReceivedFile) => {
      const numbers = new Uint32Array(await (await blob).arrayBuffer());
      const isWhole = numbers.every((number, index) => number === index);
      files.push(`${name} ${type} ${size} ${isWhole}`);
    };
    window.stage.room?.on("file", (file) => void read(file));
  };
  await Promise.all([bob, eve].map(({ page }) => page.evaluate(collect)));
  const progress = await alice.page.evaluate(async () => {
    const source = new File([Uint32Array.from({ length: 1_000_000 }, (_, index) => index)], "a.bin", {
      type: "image/png",
    });
    const reported: number[] = [];
    await window.stage.room?.sendFile(source, { onProgress: (bytes) => reported.push(bytes) });
    return reported.at(-1);
  });
  expect(progress).toBe(4_000_000);
  const files = ({ page }: RoomUser) => page.evaluate(() => (window as unknown as { files: string[] }).files);
  for (const user of [bob, eve]) await expect.poll(() => files(user)).toEqual(["a.bin image/png 4000000 true"]);
  await Promise.all([alice, bob, eve].map((user) => user.closes()));
});

test("after leave(), methods say that this side has left", async () => {
  const { roomTokens } = await platform.server.createRoom({ tokens: 1 });
  const alice = await RoomUser.enters(browser, platform, roomTokens[0] ?? "", { channels: ["data"] });
  await alice.leaves();
  const said = await alice.page.evaluate(async () => {
    const { room } = window.stage;
    const methods = [
      () => room?.send("late"),
      () => room?.publish({ source: "microphone" }),
      () => room?.setMuted("microphone", true),
      () => room?.reconnect(),
    ];
    const errors = methods.map(async (method) =>
      method()?.catch((error: Error & { code: string }) => [error.code, error.message]),
    );
    return Promise.all(errors);
  });
  const left = ["connection_closed", expect.stringContaining("this side has left")];
  expect(said).toEqual([left, left, left, left]);
  await alice.closes();
});
