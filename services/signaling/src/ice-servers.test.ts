import { createHmac } from "node:crypto";
import type { IceServer } from "@radist-tech/protocol";
import type { AnyMessage } from "@radist-tech/testkit";
import { expect, test } from "vitest";
import { startCluster } from "./testing/cluster.ts";
import { twoPeople } from "./testing/people.ts";

const STUN = "stun:stun.example.com:3478";
const TURN = "turn:turn.example.com:3478?transport=udp";

const settings = (ttlSeconds: number) => ({
  STUN_URLS: STUN,
  TURN_URLS: TURN,
  TURN_SECRET: "new,old",
  TURN_TTL_SECONDS: String(ttlSeconds),
});

/** The credentials in a message; those that the TURN server would not accept fail the test. */
function turnOf({ iceServers }: AnyMessage): { expiry: number; peerId: string } {
  const [stun, turn] = iceServers as [IceServer, IceServer];
  expect(stun).toEqual({ urls: [STUN] });
  const { urls, username = "", credential } = turn;
  expect(urls).toEqual([TURN]);
  expect(credential).toBe(createHmac("sha1", "new").update(username).digest("base64"));
  const [expiry, peerId = ""] = username.split(":");
  return { expiry: Number(expiry), peerId };
}

test("Each peer has TURN credentials of its own, and others after it reconnected.", async () => {
  await using cluster = await startCluster({ env: settings(3_600) });
  const { alice, bob } = await twoPeople(cluster);
  for (const person of [alice, bob]) {
    const { expiry, peerId } = turnOf(person.joined);
    expect(peerId).toBe(person.peerId);
    expect(Math.abs(expiry - Date.now() / 1_000 - 3_600)).toBeLessThan(1_800);
  }
  const again = await alice.reconnects();
  expect(turnOf(again.joined).peerId).toBe(alice.peerId);
});

test("Clients that asked for it get others before theirs run out, after a reconnect too.", async () => {
  await using cluster = await startCluster({ env: settings(2) });
  const { callId, callTokens } = await cluster.createCall();
  await using bob = await cluster.open({ callToken: String(callTokens[1]) });
  await using first = await cluster.open({ callToken: String(callTokens[0]), features: "telepathy,ice" });
  const joined = await first.next("call_joined");
  const renewed = await first.next("ice-servers");
  expect(turnOf(renewed)).toMatchObject({ peerId: joined.peerId });
  expect(turnOf(renewed).expiry).toBeGreaterThan(turnOf(joined).expiry);
  const { peerId, reconnectToken } = joined as AnyMessage & Record<string, string>;
  await using second = await cluster.open({
    callId,
    peerId: String(peerId),
    reconnectToken: String(reconnectToken),
    features: "ice",
  });
  const back = await second.next("call_reconnected");
  for (let last = turnOf(back).expiry, renewals = 0; renewals < 2; renewals++) {
    const { expiry } = turnOf(await second.next("ice-servers"));
    expect(expiry).toBeGreaterThan(last);
    last = expiry;
  }
  bob.send({ type: "ping" });
  await bob.next("pong");
  expect(bob.texts.filter((text) => text.includes("ice-servers"))).toEqual([]);
});
