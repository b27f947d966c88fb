import { roomPeers } from "@radist-tech/db";
import { PeerId } from "@radist-tech/protocol";
import { kickParticipant } from "@radist-tech/rooms";
import { ownNats, ownPostgres } from "@radist-tech/testkit";
import { eq } from "drizzle-orm";
import { describe, expect, test } from "vitest";
import { isReady, startCluster } from "./testing/cluster.ts";
import { consumes, produceAudio, produces } from "./testing/media.ts";
import { joins } from "./testing/test-peer.ts";
import { until } from "./testing/until.ts";

/** The signals by which Postgres goes; a frozen one is noticed by deadlines, which takes longer. */
const DATABASE_GOES: readonly (readonly ["SIGKILL" | "SIGSTOP", string[]])[] = [
  ["SIGKILL", []],
  ["SIGSTOP", ["long"]],
];

describe("Postgres and NATS", () => {
  for (const [signal, tags] of DATABASE_GOES) {
    test(`Postgres gone by ${signal}: the room goes on, joins are unavailable, and both recover`, {
      tags,
    }, async () => {
      await using postgres = await ownPostgres();
      await using cluster = await startCluster({ nodes: 2, databaseUrl: postgres.url });
      const roomId = await cluster.createRoom();
      await using alice = await joins(cluster, roomId, { node: 0 });
      await using bob = await joins(cluster, roomId, { node: 1 });
      await using carol = await joins(cluster, roomId, { node: 0 });
      const roomToken = await cluster.mintToken(roomId);
      postgres.signal(signal);
      await using refused = await cluster.open({ roomToken }, 1);
      expect(await refused.next("error")).toMatchObject({ code: "unavailable" });
      expect(await refused.closed).toMatchObject({ code: 1012 });
      const producerId = await produces(alice, produceAudio());
      await consumes(bob, producerId);
      carol.says({ type: "leave-room" });
      expect(await bob.hears("peer-left")).toMatchObject({ peerId: carol.peerId });
      expect((await fetch(`${cluster.nodes[0]?.url}/readyz`)).status).toBe(503);
      if (signal === "SIGKILL") await postgres.start();
      else postgres.signal("SIGCONT");
      await Promise.all(cluster.nodes.map(isReady));
      await using joined = await cluster.open({ roomToken }, 1);
      expect(await joined.next()).toMatchObject({ type: "room-joined", roomId });
      expect(await bob.hears("peer-joined")).toMatchObject({ type: "peer-joined" });
      // Carol's place is freed as soon as the database is back.
      await until(async () => {
        const places = await cluster.connection.db.select().from(roomPeers).where(eq(roomPeers.roomId, roomId));
        return !places.some(({ peerId }) => peerId === carol.peerId);
      });
      for (const person of [alice, bob])
        expect(await person.asks({ type: "get-stats" })).toMatchObject({ type: "stats" });
    });
  }

  test("NATS gone: peers on the home's node stay, others reconnect, and what was missed is caught up", async () => {
    await using nats = await ownNats();
    await using cluster = await startCluster({ nodes: 2, natsUrl: nats.url });
    const roomId = await cluster.createRoom();
    await using alice = await joins(cluster, roomId, { node: 0 });
    await using bob = await joins(cluster, roomId, { node: 1 });
    await using carol = await joins(cluster, roomId, { node: 0 });
    nats.signal("SIGKILL");
    await consumes(carol, await produces(alice, produceAudio()));
    bob.says({ type: "get-stats", requestId: "cut" });
    expect(await bob.socket.next("error")).toMatchObject({ code: "unavailable" });
    expect(await bob.socket.closed).toMatchObject({ code: 1012 });
    await using near = await bob.resumes(0);
    expect(near.joined).toMatchObject({ peerId: bob.peerId });
    // Kicked while nobody could tell the home.
    const { projectId } = cluster;
    await kickParticipant(cluster.connection, { projectId, roomId, peerId: PeerId.parse(carol.peerId) });
    await nats.start();
    expect(await carol.socket.next("error")).toMatchObject({ code: "kicked" });
    await Promise.all(cluster.nodes.map(isReady));
    await using far = await near.resumes(1);
    expect(far.joined).toMatchObject({ type: "room-resumed" });
    expect(await far.asks({ type: "get-stats" })).toMatchObject({ type: "stats" });
  });
});
