import type { ReceivedFile } from "@radist-tech/client";
import { expect, test } from "vitest";
import { sendBurst } from "./testing/burst.ts";
import { RoomUser } from "./testing/room-user.ts";
import { shared, sharePlatform } from "./testing/shared-platform.ts";

sharePlatform();

test("a burst arrives whole and in order at all, and at one, however slow one receiver is", () =>
  sendBurst(shared().browser, shared().platform, 60));

test("a file arrives whole at all, with its name and type", async () => {
  const { roomTokens } = await shared().platform.server.createRoom({ tokens: 3 });
  const enter = (token = "") => RoomUser.enters(shared().browser, shared().platform, token, { channels: ["data"] });
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
  const { roomTokens } = await shared().platform.server.createRoom({ tokens: 1 });
  const alice = await RoomUser.enters(shared().browser, shared().platform, roomTokens[0] ?? "", { channels: ["data"] });
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
