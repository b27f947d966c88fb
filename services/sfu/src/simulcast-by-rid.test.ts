import { afterAll, beforeAll, expect, test } from "vitest";
import { type Cluster, startCluster } from "./testing/cluster.ts";
import { consumes, produces } from "./testing/media.ts";
import { calls } from "./testing/media-peer.ts";
import { KEY_FRAME, OTHER_FRAME, produceOf, sendTo, VP8_RTX } from "./testing/rtp.ts";
import { until } from "./testing/until.ts";
import { WorkerSpy } from "./testing/worker-spy.ts";

const spy = new WorkerSpy();
let cluster: Cluster;
beforeAll(async () => {
  // The second who comes is on the second worker.
  cluster = await startCluster({ env: { MEDIA_WORKERS: "2", CONSUMERS_PER_WORKER: "4" } });
});
afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
  spy[Symbol.dispose]();
});

const RIDS = ["a", "b", "c"];

test("Streams that differ only in their RIDs are matched, and reach a consumer on another worker.", async () => {
  const roomId = await cluster.createRoom();
  await using alice = await calls(cluster, roomId);
  await using bob = await calls(cluster, roomId);
  expect(spy.open()).toMatchObject({ routers: 2 });
  const encodings = RIDS.map((rid) => ({ rid, scalabilityMode: "L1T3" }));
  const producerId = await produces(alice.person, produceOf(encodings));
  await consumes(bob.person, producerId);
  const streams = async () => {
    const answer = await alice.person.asks({ type: "get-stats", producerId });
    return (answer.stats as Record<string, unknown>[]).filter(({ type }) => type === "inbound-rtp");
  };

  for (const [index, rid] of RIDS.entries()) {
    sendTo(alice.send, { ssrc: index + 1, mid: "m", rid, payload: OTHER_FRAME });
  }
  await until(async () => (await streams()).length === RIDS.length);
  // What begins with no key frame is asked for one, and again.
  const pliCount: unknown = expect.toSatisfy((count: number) => count > 0);
  const found = RIDS.map((rid, index) => ({ rid, ssrc: index + 1, pliCount }));
  expect(await streams()).toMatchObject(found);

  const retransmitted = Buffer.concat([Buffer.from([0, 0]), KEY_FRAME]);
  for (const [index, repairedRid] of RIDS.entries()) {
    sendTo(alice.send, { ssrc: index + 11, payloadType: VP8_RTX, mid: "m", repairedRid, payload: retransmitted });
  }
  await until(async () => (await streams()).every(({ rtxSsrc }) => rtxSsrc !== undefined));
  expect(await streams()).toMatchObject(found.map(({ rid, ssrc }) => ({ rid, ssrc, rtxSsrc: ssrc + 10 })));

  await until(() => {
    for (const index of RIDS.keys()) sendTo(alice.send, { ssrc: index + 1, payload: KEY_FRAME });
    return bob.recv.received > 0;
  });
});
