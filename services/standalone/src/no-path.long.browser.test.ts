import { launchBrowser } from "@radist-tech/testkit";
import { expect, test } from "vitest";
import { onePlatform } from "./testing/platform.ts";
import { RoomUser } from "./testing/room-user.ts";

test("a room without a media path says so after 15 seconds, and not that it is connected", async () => {
  await using platform = await onePlatform();
  const browser = await launchBrowser();
  await using _closing = { [Symbol.asyncDispose]: () => browser.close() };
  const { roomTokens } = await platform.server.createRoom();
  const user = await RoomUser.enters(browser, platform, roomTokens[0] ?? "", {
    rtcConfiguration: { iceTransportPolicy: "relay" },
  });
  const codes = async () => (await user.told("error")).map((text) => text.split(":")[0]);
  await expect.poll(codes).toContain("no_media_path");
  expect(await user.state()).toBe("reconnecting");
  expect(await user.page.evaluate(() => window.stage.room?.mediaState)).toBe("failed");
  await user.closes();
});
