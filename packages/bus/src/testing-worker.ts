import { connectNats } from "./nats.ts";

// A worker in a process of its own, to be killed while it holds a job: says the job, and never ends it.
const { NATS_URL: url = "", PREFIX: prefix = "" } = process.env;
const bus = await connectNats({ url, prefix, name: "victim" });
const queue = await bus.workQueue("jobs", { ackWaitMs: 500 });
await queue.work((data) => {
  process.stdout.write(`${Buffer.from(data).toString()}\n`);
  return new Promise<void>(() => {});
});
