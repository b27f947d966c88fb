import { PeerId, type RoomId } from "@radist-tech/protocol";
import { describe, expect, test } from "vitest";
import { type Cluster, startCluster } from "./testing/cluster.ts";
import {
  capabilities,
  consumes,
  produceAudio,
  produceData,
  produces,
  produceVideo,
  transportOf,
} from "./testing/media.ts";
import { UNHURRIED } from "./testing/other-peers.ts";
import { joins, type TestPeer } from "./testing/test-peer.ts";
import { until } from "./testing/until.ts";
import { WorkerSpy } from "./testing/worker-spy.ts";

const ROUNDS = 30;
/** Many exchanges in a row; on a busy machine each takes its time. */
const PATIENCE_MS = 300_000;

/** Nothing was a fault of the server's, and no worker died. */
async function expectNoFault(cluster: Cluster): Promise<void> {
  const metrics = await (await fetch(`${cluster.nodes[0]?.url}/metrics`)).text();
  expect(metrics).not.toMatch(/^radist_sfu_errors_total\{code="internal_error".*\} [1-9]/m);
  expect(await cluster.nodes[0]?.metric("radist_sfu_worker_deaths_total")).toBe(0);
}

describe.each([
  { where: "on one worker", env: { MEDIA_WORKERS: "1" } },
  { where: "through the pipes between two", env: { MEDIA_WORKERS: "2", CONSUMERS_PER_WORKER: "1" } },
])("An object that is closed while others consume it, $where,", { timeout: PATIENCE_MS }, ({ env }) => {
  test("is consumed, or not found", async () => {
    await using cluster = await startCluster({ env: { ...UNHURRIED, ...env } });
    const roomId = await cluster.createRoom();
    await using alice = await joins(cluster, roomId);
    await using bob = await joins(cluster, roomId);
    // The first consumer fills the first worker: who comes after it is on the other one.
    await consumes(bob, await produces(alice, produceAudio()));
    await using carol = await joins(cluster, roomId);
    for (let round = 0; round < ROUNDS; round++) {
      const [video, audio] = [await produces(alice, produceVideo()), await produces(alice, produceAudio())];
      const dataProducerId = await produceData(alice);
      const taking = await Promise.all([bob, carol].map((person) => takes(person, { video, audio, dataProducerId })));
      const ending = [
        alice.asks({ type: "close-producer", producerId: audio }),
        alice.asks({ type: "close-data-producer", dataProducerId }),
        alice.asks({ type: "close-producer", producerId: video }),
      ];
      for (const answer of await Promise.all(ending)) expect(answer).toMatchObject({ type: "ack" });
      for (const { type, code } of (await Promise.all(taking.map((asking) => asking()))).flat()) {
        if (type === "error") expect(code).toMatch(/^(producer|consumer)_not_found$/);
      }
    }
    await expectNoFault(cluster);
  });
});

/** Takes a video, and asks for much about it and for more, all at once. */
async function takes(person: TestPeer, of: { video: string; audio: string; dataProducerId: string }) {
  const { consumerId } = await consumes(person, of.video);
  const { dataProducerId } = of;
  const { dataConsumerId } = await person.asks({ type: "consume-data", dataProducerId, paused: true });
  const asking = [
    { type: "consume", producerId: of.audio },
    { type: "consume-data", dataProducerId },
    { type: "set-view", views: [{ consumerId, visible: true, width: 10, height: 10 }] },
    { type: "set-preferred-layer", consumerId, spatialLayer: 1 },
    { type: "get-stats", consumerId },
    { type: "set-priority", consumerId, priority: 2 },
    { type: "resume-data-consumer", dataConsumerId },
    { type: "pause-consumer", consumerId },
    { type: "resume-consumer", consumerId },
    { type: "set-view", views: [{ consumerId, visible: false }] },
  ].map((request) => person.asks(request));
  return () => Promise.all(asking);
}

test("A peer that leaves during its requests leaves nothing behind, however it leaves.", {
  timeout: PATIENCE_MS,
}, async () => {
  using spy = new WorkerSpy();
  await using cluster = await startCluster({ env: UNHURRIED });
  const roomId = await cluster.createRoom();
  await using nora = await joins(cluster, roomId);
  const [producerId, dataProducerId] = [await produces(nora, produceVideo()), await produceData(nora)];
  for (let round = 0; round < 3 * ROUNDS; round++) {
    const eve = await joins(cluster, roomId, { features: "" });
    const requests = [
      produceAudio(),
      { type: "consume", producerId, rtpCapabilities: capabilities(eve) },
      { type: "produce-data", sctpStreamParameters: { streamId: 0 } },
      { type: "consume-data", dataProducerId },
      produceVideo(),
      { type: "restart-ice", transportId: transportOf(eve, "sendTransport") },
      { type: "get-stats" },
    ];
    // Each time another one is the first.
    for (let at = 0; at < requests.length; at++) eve.says(requests[(at + round) % requests.length] ?? {});
    await WAYS_OUT[round % WAYS_OUT.length]?.(eve, cluster, roomId);
    expect(await nora.hears("peer-left")).toMatchObject({ peerId: eve.peerId });
  }
  const kept = { transports: 2, producers: 1, consumers: 0, "data producers": 1, "data consumers": 0 };
  await until(() => Object.entries(kept).every(([kind, count]) => spy.open()[kind] === count));
  for (const kind of Object.keys(kept)) expect(spy.made(kind)).toBeGreaterThan(10);
  await expectNoFault(cluster);
});

const WAYS_OUT: readonly ((eve: TestPeer, cluster: Cluster, roomId: RoomId) => unknown)[] = [
  (eve) => eve.socket.terminate(),
  (eve) => eve.says({ type: "leave-room" }),
  (eve, cluster, roomId) => cluster.kick(roomId, PeerId.parse(eve.peerId)),
  async (eve) => {
    await eve.asks({ type: "get-stats" });
    eve.socket.terminate();
  },
];
