import { PeerId } from "@radist-tech/protocol";
import { factsOf, viewsOf } from "@radist-tech/rooms/testing";
import { ownPostgres } from "@radist-tech/testkit";
import { describe, expect, test } from "vitest";
import { type Cluster, startCluster } from "./testing/cluster.ts";
import { produceAudio, produces, produceVideo } from "./testing/media.ts";
import { joins } from "./testing/test-peer.ts";
import { until } from "./testing/until.ts";

/** Of tracks and of leaving: `published mic`, `unpublished mic left`, `left kicked`. */
async function story({ connection }: Cluster, roomId: string, names: Record<string, string>): Promise<string[]> {
  const facts = await factsOf(connection, roomId);
  return facts.flatMap(({ type, data }) => {
    const { producerId, reason } = data as { producerId?: string; reason?: string };
    const what = type.replace(/^room\.(participant_|track_)?/, "");
    if (!["published", "unpublished", "left", "ended"].includes(what)) return [];
    return [what, ...(producerId ? [names[producerId]] : []), ...(reason ? [reason] : [])].join(" ");
  });
}

const expectSameViews = async ({ connection }: Cluster, roomId: string) => {
  const { outbox, tables } = await viewsOf(connection, roomId);
  expect(outbox).toEqual(tables);
  return outbox;
};

describe("The events of a room", () => {
  test("report within a second, in order, which tracks are published and unpublished", async () => {
    await using cluster = await startCluster({ nodes: 2 });
    const roomId = await cluster.createRoom();
    await using alice = await joins(cluster, roomId, { node: 0 });
    await using bob = await joins(cluster, roomId, { node: 1 });
    const mic = await produces(alice, produceAudio());
    const camera = await produces(alice, produceVideo());
    const other = await produces(bob, produceAudio());
    const names = { [mic]: "mic", [camera]: "camera", [other]: "other" };
    await alice.asks({ type: "close-producer", producerId: camera });
    const published = ["published mic", "published camera", "published other", "unpublished camera unpublished"];
    await until(async () => (await story(cluster, roomId, names)).length === 4);
    expect(await story(cluster, roomId, names)).toEqual(published);
    await bob.asks({ type: "leave-room" });
    await until(async () => (await story(cluster, roomId, names)).length === 6);
    await cluster.kick(roomId, PeerId.parse(alice.peerId));
    await until(async () => (await story(cluster, roomId, names)).length === 8);
    expect((await story(cluster, roomId, names)).slice(4)).toEqual([
      "unpublished other left",
      "left left",
      // A kick is true before the room's home hears of it.
      "left kicked",
      "unpublished mic left",
    ]);
    expect(await expectSameViews(cluster, roomId)).toEqual({ seats: {}, tracks: [], ended: null });
    await cluster.endRoom(roomId);
    expect((await story(cluster, roomId, names)).at(-1)).toBe("ended terminated");
  });

  test("close the tracks of a home that was killed, and report each peer once as left", {
    tags: ["long"],
  }, async () => {
    await using cluster = await startCluster({ nodes: 2, processes: true });
    const roomId = await cluster.createRoom();
    await using alice = await joins(cluster, roomId, { node: 0 });
    await using bob = await joins(cluster, roomId, { node: 1 });
    await using plain = await joins(cluster, roomId, { node: 0, features: "" });
    const mic = await produces(alice, produceAudio());
    const names = { [mic]: "mic" };
    await until(async () => (await story(cluster, roomId, names)).length === 1);
    cluster.nodes[0]?.process?.signal("SIGKILL");
    await bob.socket.closed;
    await using bobAgain = await bob.resumes(1);
    expect((await story(cluster, roomId, names)).slice(1)).toEqual(["unpublished mic node_lost", "left node_lost"]);
    expect((await expectSameViews(cluster, roomId)).seats).toEqual({
      [alice.peerId]: "disconnected",
      [bob.peerId]: "connected",
    });
    expect(bobAgain.peerId).not.toBe(plain.peerId);
    await cluster.endRoom(roomId);
    const left = (await factsOf(cluster.connection, roomId)).filter(({ type }) => type === "room.participant_left");
    expect(left).toHaveLength(3);
    await expectSameViews(cluster, roomId);
  });

  test("are kept while Postgres is away", { timeout: 60_000 }, async () => {
    await using postgres = await ownPostgres();
    await using cluster = await startCluster({ databaseUrl: postgres.url });
    const roomId = await cluster.createRoom();
    await using alice = await joins(cluster, roomId);
    postgres.signal("SIGKILL");
    const mic = await produces(alice, produceAudio());
    await alice.asks({ type: "close-producer", producerId: mic });
    const camera = await produces(alice, produceVideo());
    await postgres.start();
    const names = { [mic]: "mic", [camera]: "camera" };
    const known = async () => (await story(cluster, roomId, names).catch(() => [])).length;
    await until(async () => (await known()) === 3);
    expect(await story(cluster, roomId, names)).toEqual([
      "published mic",
      "unpublished mic unpublished",
      "published camera",
    ]);
  });
});
