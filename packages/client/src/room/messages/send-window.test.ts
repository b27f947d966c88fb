import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SendWindow, WINDOW_BYTES } from "./send-window.ts";

const frame = (sequence: number, bytes = 60_000) => ({
  stream: 1,
  sequence,
  previous: sequence - 1,
  frame: new ArrayBuffer(bytes),
});
const sequences = (window: SendWindow, peerId?: string) =>
  window.unacknowledged(peerId).map(({ sequence }) => sequence);

function windowOf({ peers, sent }: { peers: string[]; sent: number }) {
  const window = new SendWindow();
  for (const peerId of peers) window.add(peerId);
  for (let sequence = 1; sequence <= sent; sequence++) window.sent(frame(sequence));
  return window;
}

describe("a message waits", () => {
  test.each([
    ["for nobody while there are no receivers", [], 10, {}, []],
    ["for nobody while there is room", ["a"], 3, {}, []],
    ["for a receiver with a window under way", ["a"], 4, {}, ["a"]],
    ["for those alone that have not acknowledged", ["a", "b"], 4, { a: 4 }, ["b"]],
    ["no longer once enough is acknowledged", ["a"], 4, { a: 1 }, []],
  ] as [string, string[], number, Record<string, number>, string[]][])("%s", (_, peers, sent, acks, full) => {
    const window = windowOf({ peers, sent });
    for (const [peerId, sequence] of Object.entries(acks)) window.acknowledge(peerId, sequence);
    expect(window.full(60_000)).toEqual(full);
  });

  test("never for so little that a receiver may leave it unacknowledged, however large it is", () => {
    expect(windowOf({ peers: ["a"], sent: 1 }).full(WINDOW_BYTES)).toEqual([]);
  });
});

describe("a laggard", () => {
  test.each([
    ["is a full receiver beside one that has everything", { a: 4 }, ["b"]],
    ["is nobody while all are as slow", {}, []],
    ["is nobody while all keep up", { a: 4, b: 4 }, []],
  ] as [string, Record<string, number>, string[]][])("%s", (_, acks, laggards) => {
    const window = windowOf({ peers: ["a", "b"], sent: 4 });
    for (const [peerId, sequence] of Object.entries(acks)) window.acknowledge(peerId, sequence);
    expect(window.laggards(60_000)).toEqual(laggards);
  });
});

test("what the slowest receiver lacks is kept, and forgotten with it", () => {
  const window = windowOf({ peers: ["a", "b"], sent: 3 });
  window.acknowledge("a", 3);
  window.acknowledge("b", 1);
  expect([sequences(window, "a"), sequences(window, "b"), sequences(window)]).toEqual([[], [2, 3], [2, 3]]);
  window.remove("b");
  expect(sequences(window)).toEqual([]);
});

test("a newcomer needs nothing of what was sent before", () => {
  const window = windowOf({ peers: ["a"], sent: 3 });
  window.add("new");
  window.sent(frame(4));
  expect([sequences(window, "a"), sequences(window, "new")]).toEqual([[1, 2, 3, 4], [4]]);
});

test("an acknowledgement of what is known changes nothing", () => {
  const window = windowOf({ peers: ["a"], sent: 3 });
  expect([window.acknowledge("a", 0), sequences(window)]).toEqual([false, [1, 2, 3]]);
});

test("what a receiver has by another channel is not waited for", () => {
  const window = windowOf({ peers: ["a"], sent: 1 });
  expect(window.acknowledge("a", 3)).toBe(true);
  window.sent(frame(2));
  window.sent(frame(3));
  window.sent(frame(4));
  expect(sequences(window)).toEqual([4]);
});

test("whoever joins, acknowledges and leaves, no more than the window and one message is kept", () => {
  const peer = fc.constantFrom("a", "b", "c");
  const happening = fc.oneof(
    fc.record({ type: fc.constant("send" as const), bytes: fc.integer({ min: 0, max: 262_144 }) }),
    fc.record({ type: fc.constantFrom("join" as const, "leave" as const), peer }),
    fc.record({ type: fc.constant("ack" as const), peer, ahead: fc.integer({ min: 0, max: 8 }) }),
  );
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 60 }), (happenings) => {
      const window = new SendWindow();
      const known = new Map<string, number>();
      let last = 0;
      for (const what of happenings) {
        if (what.type === "join" && !known.has(what.peer)) known.set(what.peer, last);
        if (what.type === "join") window.add(what.peer);
        if (what.type === "leave") known.delete(what.peer);
        if (what.type === "leave") window.remove(what.peer);
        if (what.type === "send" && window.full(what.bytes).length === 0) window.sent(frame(++last, what.bytes));
        if (what.type === "ack" && known.has(what.peer)) {
          const sequence = Math.min(last, (known.get(what.peer) ?? 0) + what.ahead);
          known.set(what.peer, sequence);
          window.acknowledge(what.peer, sequence);
        }
        for (const [peerId, sequence] of known) {
          const lacking = Array.from({ length: last - sequence }, (_, index) => sequence + index + 1);
          expect(sequences(window, peerId)).toEqual(lacking);
          expect(window.bytesUnderway(peerId)).toBeLessThanOrEqual(WINDOW_BYTES / 4 + 262_144 + 13);
        }
        expect(sequences(window)).toHaveLength(Math.max(0, ...[...known.values()].map((sequence) => last - sequence)));
      }
    }),
    { numRuns: 300 },
  );
});
