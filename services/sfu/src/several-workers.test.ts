import process from "node:process";
import { observer, type types } from "mediasoup";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Cluster, startCluster } from "./testing/cluster.ts";
import { consumes, produceAudio, produces, produceVideo } from "./testing/media.ts";
import { joins } from "./testing/test-peer.ts";
import { until } from "./testing/until.ts";

const workers: types.Worker[] = [];
const remember = (worker: types.Worker) => workers.push(worker);
observer.on("newworker", remember);

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({ env: { MEDIA_WORKERS: "2", CONSUMERS_PER_WORKER: "8" } });
});
afterAll(async () => {
  observer.off("newworker", remember);
  await cluster[Symbol.asyncDispose]();
});

const routersOn = async (worker: types.Worker | undefined): Promise<number> =>
  ((await worker?.dump())?.routerIds ?? []).length;

test("A room that outgrows one worker uses the next, and all peers reach each other.", async () => {
  const roomId = await cluster.createRoom();
  await using alice = await joins(cluster, roomId);
  await using bob = await joins(cluster, roomId);
  const ofAlice = [await produces(alice, produceAudio()), await produces(alice, produceVideo())];
  for (const producerId of ofAlice) await consumes(bob, producerId);
  expect(await Promise.all(workers.map(routersOn))).toEqual([1, 0]);

  await using carol = await joins(cluster, roomId);
  await using dave = await joins(cluster, roomId);
  expect(await Promise.all(workers.map(routersOn))).toEqual([1, 1]);
  const ofCarol = await produces(carol, produceAudio());
  // Both ask for the same producers at once: each goes through the pipe once.
  await Promise.all([carol, dave].flatMap((person) => ofAlice.map((producerId) => consumes(person, producerId))));
  for (const person of [alice, bob, dave]) await consumes(person, ofCarol);
  const channel = { type: "produce-data", sctpStreamParameters: { streamId: 0, ordered: true }, label: "chat" };
  const { dataProducerId } = await alice.asks(channel);
  expect(await dave.asks({ type: "consume-data", dataProducerId })).toMatchObject({ type: "data-consumer-parameters" });

  const [first] = workers;
  process.kill(Number(first?.pid), "SIGKILL");
  for (const person of [alice, bob]) {
    expect(await person.hears("room-joined")).toMatchObject({ peerId: person.peerId, migrated: true });
  }
  for (const _producer of ofAlice) expect(ofAlice).toContain((await carol.hears("producer-closed")).producerId);
  expect(await carol.asks({ type: "get-stats", producerId: ofCarol })).toMatchObject({ type: "stats" });
  const again = await produces(alice, produceAudio());
  for (const person of [bob, carol, dave]) await consumes(person, again);
  await consumes(bob, ofCarol);
  // Who was not struck was not disturbed.
  expect(carol.socket.messages.filter(({ type }) => type === "room-joined")).toHaveLength(1);
});

test("A producer that is closed on one worker is closed on the others.", async () => {
  const roomId = await cluster.createRoom();
  await using alice = await joins(cluster, roomId);
  await using bob = await joins(cluster, roomId);
  const producerId = await produces(alice, produceAudio());
  const { consumerId } = await consumes(bob, producerId);
  await alice.asks({ type: "close-producer", producerId });
  await bob.hears("producer-closed");
  await until(async () => (await bob.asks({ type: "resume-consumer", consumerId })).code === "consumer_not_found");
});
