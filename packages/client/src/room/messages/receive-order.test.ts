import fc from "fast-check";
import { expect, test } from "vitest";
import { ReceiveOrder } from "./receive-order.ts";

const frame = (sequence: number, { previous = sequence - 1, bytes = 1, stream = 1 } = {}) => ({
  stream,
  sequence,
  previous,
  frame: new ArrayBuffer(bytes),
});

test("a newcomer begins with what it is sent first", () => {
  const order = new ReceiveOrder();
  expect([order.receive(frame(7)).isNext, order.receive(frame(8)).isNext]).toEqual([true, true]);
});

test("what has been delivered is not delivered again, but acknowledged", () => {
  const order = new ReceiveOrder();
  order.receive(frame(1));
  order.receive(frame(2));
  const acknowledge = { stream: 1, sequence: 2, isGap: false };
  expect(order.receive(frame(1))).toEqual({ isNext: false, acknowledge });
});

test("nothing is delivered after what is missing, which is reported once", () => {
  const order = new ReceiveOrder();
  order.receive(frame(1));
  const gap = { stream: 1, sequence: 1, isGap: true };
  expect([order.receive(frame(3)), order.receive(frame(4))]).toEqual([
    { isNext: false, acknowledge: gap },
    { isNext: false, acknowledge: undefined },
  ]);
  expect([2, 3, 4].map((sequence) => order.receive(frame(sequence)).isNext)).toEqual([true, true, true]);
});

test("what the sender left out is not missing", () => {
  const order = new ReceiveOrder();
  order.receive(frame(1));
  expect(order.receive(frame(5, { previous: 1 })).isNext).toBe(true);
});

test("acknowledges several times in a window, and each stream on its own", () => {
  const order = new ReceiveOrder();
  const received = [1, 2, 3].map((sequence) => order.receive(frame(sequence, { bytes: 20_000 })).acknowledge);
  expect(received).toEqual([undefined, { stream: 1, sequence: 2, isGap: false }, undefined]);
  order.receive(frame(9, { stream: 2 }));
  expect(order.acknowledgements).toEqual([
    { stream: 1, sequence: 3, isGap: false },
    { stream: 2, sequence: 9, isGap: false },
  ]);
});

test("whatever is lost and repeated, what is delivered is in order, and complete once all was sent again", () => {
  const schedule = fc.array(fc.record({ lost: fc.boolean(), back: fc.integer({ min: 0, max: 5 }) }), { maxLength: 60 });
  fc.assert(
    fc.property(schedule, (steps) => {
      const order = new ReceiveOrder();
      const delivered = [0];
      order.receive(frame(0, { previous: 0 }));
      const receive = (sequence: number) => order.receive(frame(sequence)).isNext && delivered.push(sequence);
      order.receive(frame(1));
      delivered.push(1);
      let next = 2;
      for (const { lost, back } of steps) {
        for (let sequence = Math.max(1, next - back); sequence < next; sequence++) receive(sequence);
        if (!lost) receive(next);
        next++;
      }
      for (let sequence = 1; sequence < next; sequence++) receive(sequence);
      expect(delivered).toEqual(Array.from({ length: next }, (_, sequence) => sequence));
    }),
    { numRuns: 300 },
  );
});
