import { expect, test } from "vitest";
import { startCluster } from "./testing/cluster.ts";
import { joins } from "./testing/test-peer.ts";

test("A peer that resumes gets the end-to-end keys that were announced while it was away, after the snapshot.", async () => {
  await using cluster = await startCluster();
  const roomId = await cluster.createRoom();
  await using alice = await joins(cluster, roomId);
  await using bob = await joins(cluster, roomId);
  await alice.asks({ type: "e2ee-announce", publicKey: "QQ", keyId: 1 });
  await bob.hears("e2ee-peer-announced");
  bob.socket.terminate();
  await alice.hears("peer-disconnected");
  await alice.asks({ type: "e2ee-announce", publicKey: "QQ", keyId: 2 });
  await using again = await bob.resumes();
  expect(again.joined).toMatchObject({ type: "room-resumed" });
  expect(await again.hears("e2ee-peer-announced")).toEqual({
    type: "e2ee-peer-announced",
    fromPeerId: alice.peerId,
    publicKey: "QQ",
    keyId: 2,
  });
});
