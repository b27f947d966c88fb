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

test("Whatever frames gather, and however they are taken, they come as they were, in batches that the bus takes.", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(frame, fc.constant(undefined)), { maxLength: 12 }), (moves) => {
      const gathering = new FrameBuffer();
      const incoming = new RelayReceiver();
      const arrived: string[] = [];
      let count = 0;
      const carry = (): void => {
        const batch = { session: newSessionId(), count: ++count, ...gathering.take() };
        const data = JSON.stringify(batch);
        expect(Buffer.byteLength(data)).toBeLessThan(MAX_BYTES);
        const read = RelayBatch.parse(JSON.parse(data));
        arrived.push(...(incoming.take(read) ?? []));
        expect(incoming.take(read)).toBeUndefined();
      };
      for (const move of moves) {
        if (move === undefined) carry();
        else gathering.add(move);
      }
      while (gathering.length > 0) carry();
      expect(arrived).toEqual(moves.filter((move) => move !== undefined));
    }),
    { numRuns: 200 },
  );
});

test("A frame counts as waiting until all of it has gone.", () => {
  const gathering = new FrameBuffer();
  gathering.add("x".repeat(600_000));
  gathering.add("y");
  expect(gathering.take()).toMatchObject({ goesOn: true });
  expect(gathering.take()).toMatchObject({ goesOn: true });
  expect(gathering.length).toBe(600_001);
  expect(gathering.take().frames.at(-1)).toBe("y");
  expect(gathering.length).toBe(0);
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

test("Over a bus that loses requests and answers every frame comes once, in order, the large ones whole.", async () => {
  await using bus = inProcessBus();
  const incoming = new RelayReceiver();
  const arrived: string[] = [];
  let isOver = false;
  await bus.respond("there", (data) => {
    const batch = RelayBatch.parse(JSON.parse(Buffer.from(data).toString()));
    const frames = incoming.take(batch);
    arrived.push(...(frames ?? []));
    isOver ||= batch.end !== undefined;
    return Buffer.from(TAKEN);
  });
  const ended = Promise.withResolvers<void>();
  const session = newSessionId();
  const batches = new RelaySender({
    bus: lossy(bus),
    subject: "there",
    session,
    onEnded: ended.resolve,
    onBroken: (why) => ended.reject(new Error(why)),
  });
  const frames = ["first", "日😀".repeat(400_000), "second", `${'"'.repeat(300_000)}`, "last"];
  for (const each of frames) batches.add(each);
  batches.end({ code: 1000, reason: "left" });
  await ended.promise;
  expect(isOver).toBe(true);
  expect(arrived).toEqual(frames);
});
