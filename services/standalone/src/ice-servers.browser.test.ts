import { launchBrowser } from "@radist-tech/testkit";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { Caller } from "./testing/caller.ts";
import { onePlatform } from "./testing/platform.ts";
import { RoomUser } from "./testing/room-user.ts";

const WITHIN = { timeout: 60_000, interval: 200 };

declare global {
  interface Window {
    peers: RTCPeerConnection[];
  }
}

/** Runs in the page: remembers its RTCPeerConnections. */
function rememberPeers(): void {
  window.peers = [];
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      window.peers.push(this);
    }
  };
}

/** The TURN user names that the page's RTCPeerConnections have now. */
const users = ({ evaluate }: Pick<Page, "evaluate">) =>
  evaluate(() =>
    window.peers.flatMap((peer) =>
      (peer.getConfiguration().iceServers ?? []).flatMap(({ username }) => (username === undefined ? [] : [username])),
    ),
  );

test("TURN credentials are renewed in the RTCPeerConnections of a call and of a room that go on", async () => {
  await using platform = await onePlatform({
    TURN_URLS: "turn:127.0.0.1:9?transport=udp",
    TURN_SECRET: "secret",
    TURN_TTL_SECONDS: "2",
  });
  const browser = await launchBrowser();
  await using _closing = { [Symbol.asyncDispose]: () => browser.close() };
  const alice = await Caller.at(browser, platform.front.url);
  await alice.page.addInitScript(rememberPeers);
  await alice.page.reload();
  const bob = await Caller.at(browser, "about:blank");
  await bob.joins(await alice.startsCall());
  const [roomToken = ""] = (await platform.server.createRoom()).roomTokens;
  const carol = await RoomUser.enters(browser, platform, roomToken, { prepare: rememberPeers });

  for (const [page, connections, peerId] of [
    [alice.page, 1, await alice.peerId()],
    [carol.page, 2, carol.peerId],
  ] as const) {
    const now = () => users({ evaluate: page.evaluate.bind(page) as Page["evaluate"] });
    await expect.poll(async () => (await now()).length, WITHIN).toBe(connections);
    const first = await now();
    for (const user of first) expect(user).toMatch(new RegExp(`^\\d+:${peerId}$`));
    await expect.poll(async () => (await now()).filter((user) => first.includes(user)), WITHIN).toEqual([]);
    expect(await now()).toHaveLength(connections);
  }
  await bob.seesFrames();
});
