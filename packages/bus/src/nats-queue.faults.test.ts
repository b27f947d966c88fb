import { fileURLToPath } from "node:url";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { freshSubjectPrefix, ownNats, sharedNatsUrl, startProcess } from "@radist-tech/testkit";
import { expect, onTestFinished, test } from "vitest";
import { connectNats } from "./nats.ts";
import { queueNames } from "./nats-stream.ts";
import { eventually, heard, RecordingLogger, utf8 } from "./testing.ts";

async function connected(url: string, prefix = freshSubjectPrefix()) {
  const bus = await connectNats({
    url,
    prefix,
    name: "queue faults",
    logger: new RecordingLogger(),
    pingIntervalMs: 100,
  });
  onTestFinished(() => bus.close());
  return bus;
}

test("jobs outlive the server's restart, and its workers go on", async () => {
  await using server = await ownNats();
  const bus = await connected(server.url);
  const queue = await bus.workQueue("jobs");
  for (let n = 0; n < 20; n += 1) await queue.enqueue(utf8(String(n)));
  await server.stop();
  await eventually(() => expect(bus.connected).toBe(false));
  const done = heard();
  await using _worker = await queue.work((data) => done.handler(data, "done"));
  await server.start();
  await eventually(async () => expect(await queue.depth()).toBe(0));
  expect(done.texts.map(Number)).toEqual(Array.from({ length: 20 }, (_, n) => n));
});

test("a job that outlives a lost connection is done once", async () => {
  await using server = await ownNats();
  const bus = await connected(server.url);
  const queue = await bus.workQueue("jobs");
  const begun = heard();
  const goOn = Promise.withResolvers<void>();
  const handler = async (data: Uint8Array) => {
    begun.handler(data, "begun");
    await goOn.promise;
  };
  await using _first = await queue.work(handler);
  await using _second = await queue.work(handler);
  await queue.enqueue(utf8("long"));
  await begun.count(1);
  await server.stop();
  await eventually(() => expect(bus.connected).toBe(false));
  await server.start();
  await eventually(() => expect(bus.connected).toBe(true));
  goOn.resolve();
  await eventually(async () => expect(await queue.depth()).toBe(0));
  expect(begun.texts).toEqual(["long"]);
});

test("a job whose worker's process is killed is done by another", async () => {
  const prefix = freshSubjectPrefix();
  const bus = await connected(sharedNatsUrl(), prefix);
  const queue = await bus.workQueue("jobs", { ackWaitMs: 500 });
  await queue.enqueue(utf8("orphan"));
  await using victim = await startProcess({
    command: process.execPath,
    args: [fileURLToPath(new URL("testing-worker.ts", import.meta.url))],
    env: { NATS_URL: sharedNatsUrl(), PREFIX: prefix },
    readyLine: "orphan",
  });
  victim.signal("SIGKILL");
  await victim.exited;
  const done = heard();
  await using _worker = await queue.work((data, { attempt }) => done.handler(data, `attempt ${attempt}`));
  expect(await done.next()).toEqual(["attempt 2", "orphan"]);
});

test("a queue that vanished at the server is made anew", async () => {
  const prefix = freshSubjectPrefix();
  const bus = await connected(sharedNatsUrl(), prefix);
  const queue = await bus.workQueue("jobs");
  const done = heard();
  await using _worker = await queue.work((data) => done.handler(data, "done"));
  await queue.enqueue(utf8("before"));
  await done.count(1);
  await eventually(async () => expect(await queue.depth()).toBe(0));

  await using admin = await connect({ servers: sharedNatsUrl() });
  await (await jetstreamManager(admin)).streams.delete(queueNames(prefix, "jobs").stream);
  await eventually(() => queue.enqueue(utf8("after"), { id: "after" }));
  await done.count(2);
  expect(done.texts).toEqual(["before", "after"]);
});

test("a queue opened with other settings is brought to them", async () => {
  const prefix = freshSubjectPrefix();
  const bus = await connected(sharedNatsUrl(), prefix);
  await bus.workQueue("jobs", { ackWaitMs: 1_000 });
  await bus.workQueue("jobs", { ackWaitMs: 2_000, maxAgeMs: 60_000, duplicateWindowMs: 90_000 });
  await using admin = await connect({ servers: sharedNatsUrl() });
  const jsm = await jetstreamManager(admin);
  const { stream, consumer } = queueNames(prefix, "jobs");
  expect((await jsm.streams.info(stream)).config).toMatchObject({ max_age: 60e9, duplicate_window: 60e9 });
  expect((await jsm.consumers.info(stream, consumer)).config).toMatchObject({ ack_wait: 2e9 });
});
