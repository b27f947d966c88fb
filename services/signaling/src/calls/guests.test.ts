import { callPeers } from "@radist-tech/db";
import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { startCluster } from "../testing/cluster.ts";
import { joins } from "../testing/people.ts";

test("a call does not grow with the number of peers that come and go, and each of them is announced", {
  timeout: 120_000,
}, async () => {
  await using cluster = await startCluster({ embedded: true });
  const guests = 40;
  const { callId, callTokens } = await cluster.createCall(guests + 1);
  await using host = await joins(cluster, String(callTokens[0]));
  for (const callToken of callTokens.slice(1)) {
    const guest = await joins(cluster, callToken);
    guest.says({ type: "leave" });
    await guest.socket.closed;
    expect(await host.hears("peer_joined")).toMatchObject({ peerId: guest.peerId });
    expect(await host.hears("peer_left")).toMatchObject({ peerId: guest.peerId, reason: "left" });
  }
  expect(await cluster.connection.db.$count(callPeers, eq(callPeers.callId, callId))).toBeLessThan(20);
});
