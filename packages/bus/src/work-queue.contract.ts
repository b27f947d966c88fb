import { describe, expect, onTestFinished, test } from "vitest";
import type { OpenPair } from "./bus.contract.ts";
import { MessageTooLarge } from "./errors.ts";
import { eventually, heard, RecordingLogger, text, utf8 } from "./testing.ts";
import type { Job, WorkQueueOptions } from "./work-queue.ts";

const QUICK: WorkQueueOptions = { retryMs: 1 };

/** What every work queue guarantees. */
export function workQueueContract(open: OpenPair): void {
  /** One queue, opened at both ends. */
  async function queues(options: WorkQueueOptions = QUICK) {
    const logger = new RecordingLogger();
    const buses = await open(logger);
    onTestFinished(() => buses[Symbol.asyncDispose]());
    const [here, there] = [await buses.one.workQueue("jobs", options), await buses.other.workQueue("jobs", options)];
    return { here, there, logger, buses };
  }

  describe("work queue", () => {
    test("a job is done once, also when it was stored before any worker came", async () => {
      const { here, there } = await queues();
      const done = heard();
      await here.enqueue(utf8("early"));
      expect(await here.depth()).toBe(1);
      await using _worker = await there.work((data) => done.handler(data, "done"));
      await here.enqueue(utf8("late"));
      await eventually(async () => expect(await here.depth()).toBe(0));
      expect(done.texts.toSorted()).toEqual(["early", "late"]);
    });

    test("bytes are isolated between who stores and who works", async () => {
      const { here, there } = await queues();
      const done = heard();
      const data = Buffer.from("precious");
      const storing = here.enqueue(data);
      data.fill(0);
      await storing;
      await using _worker = await there.work((bytes, { attempt }) => {
        done.handler(bytes, "job");
        bytes.fill(1);
        if (attempt === 1) throw new Error("once more");
      });
      await done.count(2);
      expect(done.texts).toEqual(["precious", "precious"]);
    });

    test("a job that throws comes again, and counts", async () => {
      const { here, there, logger } = await queues();
      const attempts: number[] = [];
      await using _worker = await there.work((_data, job) => {
        attempts.push(job.attempt);
        if (job.attempt < 3) throw new Error("not yet");
      });
      await here.enqueue(utf8("stubborn"), { id: "stubborn-1" });
      await eventually(async () => expect(await here.depth()).toBe(0));
      expect(attempts).toEqual([1, 2, 3]);
      await logger.includes("not yet");
    });

    test("the same id stores a job once, also after it was done", async () => {
      const { here, there } = await queues();
      const done = heard();
      const ids: string[] = [];
      await Promise.all([here.enqueue(utf8("a"), { id: "a" }), there.enqueue(utf8("a"), { id: "a" })]);
      await using _worker = await there.work((data, job) => {
        done.handler(data, "done");
        ids.push(job.id ?? "none");
      });
      await eventually(async () => expect(await here.depth()).toBe(0));
      await here.enqueue(utf8("a"), { id: "a" });
      await here.enqueue(utf8("b"), { id: "b" });
      await here.enqueue(utf8("c"));
      await eventually(async () => expect(await here.depth()).toBe(0));
      expect(done.texts.toSorted()).toEqual(["a", "b", "c"]);
      expect(ids.toSorted()).toEqual(["a", "b", "none"]);
    });

    test("after the last attempt it is a dead letter, said aloud", async () => {
      const { here, there, logger } = await queues({ ...QUICK, maxAttempts: 2 });
      expect(await here.deadLetters()).toEqual({ count: 0, jobs: [] });
      const attempts: string[] = [];
      await using _worker = await there.work((data, job) => {
        if (text(data) === "good") return;
        attempts.push(`${text(data)} ${job.attempt}`);
        throw new Error(`line one\r\nline two ü ${job.attempt}`);
      });
      await here.enqueue(utf8("bad"), { id: "bad-1" });
      await here.enqueue(utf8("good"));
      await here.enqueue(utf8("worse"));
      await eventually(async () => expect(await here.depth()).toBe(0));
      expect(attempts.toSorted()).toEqual(["bad 1", "bad 2", "worse 1", "worse 2"]);
      const { count, jobs } = await here.deadLetters();
      expect(count).toBe(2);
      const bad = jobs.find(({ id }) => id === "bad-1");
      expect(bad).toMatchObject({ attempts: 2, reason: "Error: line one line two 2" });
      expect(jobs.map(({ data }) => text(data)).toSorted()).toEqual(["bad", "worse"]);
      expect(bad?.at).toBeInstanceOf(Date);
      expect(await here.deadLetters({ limit: 1 })).toMatchObject({ count: 2, jobs: [{}] });
      await logger.includes("dead letter");
    });

    test("two workers share 200 jobs, each done once, none beyond its concurrency", async () => {
      const { here, there } = await queues();
      const done = heard();
      const hands = { here: 0, there: 0 };
      let busy = 0;
      let busiest = 0;
      const work = (who: keyof typeof hands) => async (data: Uint8Array) => {
        busy += 1;
        busiest = Math.max(busiest, busy);
        await new Promise(setImmediate);
        busy -= 1;
        hands[who] += 1;
        done.handler(data, who);
      };
      const names = Array.from({ length: 200 }, (_, n) => `job ${n}`);
      await Promise.all(names.map((name) => here.enqueue(utf8(name))));
      await using _first = await here.work(work("here"), { concurrency: 2 });
      await using _second = await there.work(work("there"), { concurrency: 2 });
      await eventually(async () => expect(await here.depth()).toBe(0));
      expect(done.texts.toSorted()).toEqual(names.toSorted());
      expect(hands.here).toBeGreaterThan(0);
      expect(hands.there).toBeGreaterThan(0);
      expect(busiest).toBeLessThanOrEqual(4);
    });

    test("a job whose worker is disposed in the middle is done by another", async () => {
      const { here, there } = await queues();
      const begun = Promise.withResolvers<Job>();
      const first = await here.work(
        (_data, job) => {
          begun.resolve(job);
          return new Promise<void>(() => {});
        },
        { graceMs: 0 },
      );
      await here.enqueue(utf8("relay"));
      const { signal } = await begun.promise;
      expect(signal.aborted).toBe(false);
      const done = heard();
      await using _second = await there.work((data, { attempt }) => done.handler(data, `attempt ${attempt}`));
      await first[Symbol.asyncDispose]();
      expect(signal.aborted).toBe(true);
      expect(await done.next()).toEqual(["attempt 2", "relay"]);
      await eventually(async () => expect(await here.depth()).toBe(0));
    });

    test("a stopped worker finishes what it can, and takes no more", async () => {
      const { here } = await queues();
      const stopping = new AbortController();
      const done = heard();
      const worker = await here.work(
        async (data, { signal }) => {
          stopping.abort();
          expect(signal.aborted).toBe(true);
          await new Promise(setImmediate);
          done.handler(data, "done");
        },
        { signal: stopping.signal },
      );
      await here.enqueue(utf8("first"));
      await done.count(1);
      await worker.stop();
      await here.enqueue(utf8("second"));
      expect(await here.depth()).toBe(1);
      await using _none = await here.work(() => {}, { signal: AbortSignal.abort() });
      expect(await here.depth()).toBe(1);
      expect(done.texts).toEqual(["first"]);
    });

    test("a job that takes longer than ackWaitMs stays with its worker", async () => {
      const { here, there } = await queues({ ...QUICK, ackWaitMs: 300 });
      const long = heard();
      const goOn = Promise.withResolvers<void>();
      const handler = async (data: Uint8Array) => {
        long.handler(data, "begun");
        await goOn.promise;
      };
      await using _first = await here.work(handler);
      await using _second = await there.work(handler);
      await here.enqueue(utf8("long"));
      await long.count(1);
      // What is measured is that nothing happens in the time after which a dead worker's job would go to another.
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      goOn.resolve();
      await eventually(async () => expect(await here.depth()).toBe(0));
      expect(long.texts).toEqual(["long"]);
    });

    test("closing the bus stops its workers", async () => {
      const { here, buses } = await queues();
      const begun = Promise.withResolvers<AbortSignal>();
      await here.work((_data, { signal }) => {
        begun.resolve(signal);
        return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
      });
      await here.enqueue(utf8("patient"));
      const signal = await begun.promise;
      await buses.one.close();
      expect(signal.aborted).toBe(true);
    });

    test("malformed names, ids and oversized jobs are refused", async () => {
      const { here, buses } = await queues();
      for (const name of ["", "a.b", "a b", "a>", "x".repeat(65)]) {
        await expect(buses.one.workQueue(name), name).rejects.toThrow(TypeError);
      }
      await expect(here.enqueue(utf8("x"), { id: "a\r\nb" })).rejects.toThrow(TypeError);
      await expect(here.enqueue(new Uint8Array(1024 * 1024 + 1))).rejects.toThrow(MessageTooLarge);
    });

    test("jobs are not heard by subscribers", async () => {
      const { here, buses } = await queues();
      const all = heard();
      await buses.other.subscribe(">", all.handler);
      await here.enqueue(utf8("private"));
      buses.one.publish("end", utf8(""));
      await all.count(1);
      expect(all.subjects).toEqual(["end"]);
    });
  });
}
