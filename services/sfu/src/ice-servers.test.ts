import type { IceServer } from "@radist-tech/protocol";
import type { AnyMessage } from "@radist-tech/testkit";
import { expect, test } from "vitest";
import { startCluster } from "./testing/cluster.ts";
import { UNHURRIED } from "./testing/other-peers.ts";
import { joins } from "./testing/test-peer.ts";

const TURN = "turn:turn.example.com:3478?transport=udp";

/** The second at which the credentials in a message run out; those of another peer fail the test. */
function expiryOf({ iceServers }: AnyMessage, peerId: string): number {
  const [{ urls, username = "" } = {} as IceServer] = iceServers as IceServer[];
  expect(urls).toEqual([TURN]);
  expect(username).toMatch(new RegExp(`^\\d+:${peerId}$`));
  return Number.parseInt(username, 10);
}

test("Peers of a room get TURN credentials of their own, and others in time, through another node too.", async () => {
  const env = { ...UNHURRIED, TURN_URLS: TURN, TURN_SECRET: "secret", TURN_TTL_SECONDS: "2" };
  await using cluster = await startCluster({ nodes: 2, env });
  const roomId = await cluster.createRoom();
  await using bob = await joins(cluster, roomId, { features: "resume" });
  await using alice = await joins(cluster, roomId);
  await using carol = await joins(cluster, roomId, { node: 1 });
  for (const peer of [alice, carol]) {
    const renewed = expiryOf(await peer.hears("ice-servers"), peer.peerId);
    expect(renewed).toBeGreaterThan(expiryOf(peer.joined, peer.peerId));
    await using back = await peer.resumes();
    expect(back.joined.type).toBe("room-resumed");
    const resumed = expiryOf(back.joined, peer.peerId);
    expect(expiryOf(await back.hears("ice-servers"), peer.peerId)).toBeGreaterThan(resumed);
  }
  expiryOf(bob.joined, bob.peerId);
  bob.says({ type: "ping" });
  await bob.hears("pong");
  expect(bob.socket.texts.filter((text) => text.includes("ice-servers"))).toEqual([]);
});
