import { rooms } from "@radist-tech/db";
import { type Epoch, type NodeId, newNodeId, PeerId, type RoomId } from "@radist-tech/protocol";
import { claimHome } from "@radist-tech/rooms";
import type { TestSocket } from "@radist-tech/testkit";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Cluster, startCluster } from "./testing/cluster.ts";
import { joins, type TestPeer } from "./testing/test-peer.ts";

/** On two nodes: at home on the first, with a peer there and one whose socket is on the other. */
async function roomOnBoth(cluster: Cluster) {
  const roomId = await cluster.createRoom();
  const alice = await joins(cluster, roomId, { node: 0 });
  const bob = await joins(cluster, roomId, { node: 1 });
  return { roomId, alice, bob };
}

async function homeEpoch(cluster: Cluster, roomId: RoomId): Promise<Epoch> {
  const [row] = await cluster.connection.db.select().from(rooms).where(eq(rooms.id, roomId));
  return Number(row?.homeEpoch) as Epoch;
}

const isTerminated = async (socket: TestSocket): Promise<void> => {
  expect(await socket.next("error")).toMatchObject({ code: "room_terminated" });
  expect(await socket.closed).toMatchObject({ code: 4410 });
};

/** Resolves when both nodes have handled what the bus said before: rooms at home there have ended. */
async function endRooms(cluster: Cluster, ...ending: readonly TestPeer[]): Promise<void> {
  for (const { roomId } of ending) await cluster.endRoom(roomId as RoomId);
  for (const { socket } of ending) await isTerminated(socket);
}

describe("What the bus says of rooms", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ nodes: 2 });
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  test("does nothing unless the database says it, too", async () => {
    const { projectId } = cluster;
    const { roomId, alice, bob } = await roomOnBoth(cluster);
    await using near = await joins(cluster, await cluster.createRoom(), { node: 0 });
    await using far = await joins(cluster, await cluster.createRoom(), { node: 1 });
    const epoch = ((await homeEpoch(cluster, roomId)) + 5) as Epoch;
    cluster.announce({ type: "room_ended", roomId });
    for (const { peerId } of [alice, bob]) {
      cluster.announce({ type: "participant_kicked", roomId, peerId: PeerId.parse(peerId) });
    }
    cluster.announce({ type: "project_deleted", projectId });
    cluster.announce({ type: "home_claimed", roomId, nodeId: "nobody" as NodeId, epoch });
    await endRooms(cluster, near, far);
    for (const person of [alice, bob]) {
      expect(await person.asks({ type: "get-stats" })).toMatchObject({ type: "stats" });
      expect(person.socket.messages.filter(({ type }) => type === "error" || type === "peer-left")).toEqual([]);
      person.socket.terminate();
    }
  });

  test("is done when the database says it, too", async () => {
    const { roomId, alice, bob } = await roomOnBoth(cluster);
    await cluster.kick(roomId, PeerId.parse(bob.peerId));
    expect(await bob.hears("error")).toMatchObject({ code: "kicked" });
    expect(await alice.hears("peer-left")).toMatchObject({ peerId: bob.peerId, reason: "kicked" });
    await endRooms(cluster, alice);
  });

  test("moves a room that another node has claimed, at its home and where it is relayed", async () => {
    const { connection } = cluster;
    const { roomId, alice, bob } = await roomOnBoth(cluster);
    const node = { nodeId: newNodeId(), nodeEpoch: 1 };
    const claimed = await claimHome(
      connection,
      { roomId, epoch: await homeEpoch(cluster, roomId) },
      { node, windowMs: 30_000 },
    );
    for (const control of claimed?.notify ?? []) cluster.announce(control);
    for (const { socket } of [alice, bob]) {
      expect(await socket.next("error")).toMatchObject({ code: "unavailable" });
      expect(await socket.closed).toMatchObject({ code: 1012 });
    }
  });
});
