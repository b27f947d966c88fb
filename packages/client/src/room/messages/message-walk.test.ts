import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { MediaServerModel } from "./media-server.fixture.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

const RECEIVERS = ["ann", "bob", "eve"] as const;
const receiver = fc.constantFrom(...RECEIVERS);
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ type: fc.constant("send" as const), size: fc.integer({ min: 4, max: 90_000 }) }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("private" as const), receiver, size: fc.constant(40_000) }) },
  { weight: 8, arbitrary: fc.record({ type: fc.constant("deliver" as const), receiver }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("lose" as const), receiver }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 700 }) }) },
);

/** Message number and size: what a receiver must get whole. */
function numbered(number: number, size: number): ArrayBuffer {
  const buffer = new ArrayBuffer(size);
  new DataView(buffer).setUint32(0, number);
  return buffer;
}

test("whatever is slow or lost on the way, every receiver gets all messages, whole and in order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 120 }), async (steps) => {
      const server = new MediaServerModel("sender", ...RECEIVERS);
      const sender = server.members.get("sender");
      const sent: Promise<void>[] = [];
      const toAll: number[] = [];
      const toOne = new Map<string, number[]>(RECEIVERS.map((name) => [name, []]));
      const send = (list: number[], size: number, to?: string) => {
        list.push(size);
        sent.push(sender?.data.send(numbered(list.length, size), to) ?? Promise.reject(new Error("Nobody sends.")));
      };
      const drain = async () => {
        for (let isBusy = true; isBusy; ) {
          isBusy = false;
          for (const name of ["sender", ...RECEIVERS]) while (server.deliver(name)) isBusy = true;
          await vi.advanceTimersByTimeAsync(600);
          for (const name of ["sender", ...RECEIVERS]) while (server.deliver(name)) isBusy = true;
        }
      };
      // Who has nothing of a stream is a newcomer to it.
      send(toAll, 4);
      await drain();
      for (const what of steps) {
        if (what.type === "send") send(toAll, what.size);
        if (what.type === "private") send(toOne.get(what.receiver) ?? [], what.size, what.receiver);
        if (what.type === "deliver") server.deliver(what.receiver);
        if (what.type === "lose") server.lose(what.receiver);
        await vi.advanceTimersByTimeAsync(what.type === "wait" ? what.ms : 0);
        while (server.deliver("sender"));
      }
      await drain();
      // The loss of the last message is noticed with the next one.
      send(toAll, 4);
      await drain();
      await Promise.all(sent);
      for (const name of RECEIVERS) {
        const { received = [], failures = [] } = server.members.get(name) ?? {};
        const got = (isPrivate: boolean) =>
          received.flatMap((message) =>
            message.type === "binary" && message.isPrivate === isPrivate
              ? [[new DataView(message.data).getUint32(0), message.data.byteLength]]
              : [],
          );
        const expected = (sizes: readonly number[]) => sizes.map((size, index) => [index + 1, size]);
        expect([got(false), got(true), failures]).toEqual([expected(toAll), expected(toOne.get(name) ?? []), []]);
      }
    }),
    { numRuns: 300 },
  );
});
