import { type Bus, DeadlineExceeded, inProcessBus, NoResponders } from "@radist-tech/bus";
import { newSessionId, RelayBatch } from "@radist-tech/protocol/bus";
import fc from "fast-check";
import { expect, test } from "vitest";
import { FrameBuffer } from "./frame-buffer.ts";
import { RelayReceiver } from "./relay-receiver.ts";
import { RelaySender, TAKEN } from "./relay-sender.ts";

/** What NATS takes at once. */
const MAX_BYTES = 1024 * 1024;

/** Characters of one to four bytes, and such as JSON escapes, over and over: up to two and a half batches. */
const frame = fc
  .tuple(fc.constantFrom("x", '"', "\\", "я", "日", "😀", '{"日":"\\"😀'), fc.nat(20), fc.nat(655_360), fc.boolean())
  .map(([unit, few, many, isLarge]) => unit.repeat(1 + Math.floor((isLarge ? many : few) / unit.length)));

test("Frames arrive unchanged and in order, in batches that the bus accepts, however they are taken.", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(frame, fc.constant(undefined)), { maxLength: 12 }), (moves) => {
      const buffer = new FrameBuffer();
      const receiver = new RelayReceiver();
      const arrived: string[] = [];
      let count = 0;
      const carry = (): void => {
        const batch = { session: newSessionId(), count: ++count, ...buffer.take() };
        const data = JSON.stringify(batch);
        expect(Buffer.byteLength(data)).toBeLessThan(MAX_BYTES);
        const read = RelayBatch.parse(JSON.parse(data));
        arrived.push(...(receiver.take(read) ?? []));
        expect(receiver.take(read)).toBeUndefined();
      };
      for (const move of moves) {
        if (move === undefined) carry();
        else buffer.add(move);
      }
      while (buffer.length > 0) carry();
      expect(arrived).toEqual(moves.filter((move) => move !== undefined));
    }),
    { numRuns: 200 },
  );
});

test("A frame counts as waiting until all of it has been sent.", () => {
  const buffer = new FrameBuffer();
  buffer.add("x".repeat(600_000));
  buffer.add("y");
  expect(buffer.take()).toMatchObject({ goesOn: true });
  expect(buffer.take()).toMatchObject({ goesOn: true });
  expect(buffer.length).toBe(600_001);
  expect(buffer.take().frames.at(-1)).toBe("y");
  expect(buffer.length).toBe(0);
});

/** Loses, in turn, nothing, a request, and an answer. */
function lossy(bus: Bus): Pick<Bus, "request"> {
  let requests = 0;
  return {
    async request(subject, data, options) {
      requests++;
      if (requests % 3 === 1) throw new NoResponders(subject);
      const answer = await bus.request(subject, data, options);
      if (requests % 3 === 2) throw new DeadlineExceeded(subject, options.deadlineMs);
      return answer;
    },
  };
}

test("Over a bus that loses requests and answers every frame arrives once, in order, the large ones whole.", async () => {
  await using bus = inProcessBus();
  const receiver = new RelayReceiver();
  const arrived: string[] = [];
  let isOver = false;
  await bus.respond("there", (data) => {
    const batch = RelayBatch.parse(JSON.parse(Buffer.from(data).toString()));
    const frames = receiver.take(batch);
    arrived.push(...(frames ?? []));
    isOver ||= batch.end !== undefined;
    return Buffer.from(TAKEN);
  });
  const ended = Promise.withResolvers<void>();
  const session = newSessionId();
  const sender = new RelaySender({
    bus: lossy(bus),
    subject: "there",
    session,
    onEnded: ended.resolve,
    onBroken: (why) => ended.reject(new Error(why)),
  });
  const frames = ["first", "日😀".repeat(400_000), "second", `${'"'.repeat(300_000)}`, "last"];
  for (const each of frames) sender.add(each);
  sender.end({ code: 1000, reason: "left" });
  await ended.promise;
  expect(isOver).toBe(true);
  expect(arrived).toEqual(frames);
});
