import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { assertFits, OutgoingChannel, type Outlet } from "./outgoing-channel.ts";

const HIGH_WATER_BYTES = 1_048_576;

/** An outlet that takes what it is given while it is open. */
class OutletModel implements Outlet {
  readonly sent: unknown[] = [];
  bufferedAmount = 0;
  isOpen = true;
  #drained = Promise.withResolvers<void>();

  drained(): Promise<void> {
    return this.#drained.promise;
  }

  send(frame: unknown): boolean {
    if (!this.isOpen) return false;
    this.sent.push(frame);
    return true;
  }

  drain(): void {
    this.bufferedAmount = 0;
    this.#drained.resolve();
    this.#drained = Promise.withResolvers();
  }

  close(): void {
    this.isOpen = false;
    this.#drained.resolve();
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("sends in order, also what had to wait for its outlet", async () => {
  const outlet = new OutletModel();
  const opening = Promise.withResolvers<void>();
  const channel = new OutgoingChannel(async () => {
    await opening.promise;
    return outlet;
  });
  const sent = Promise.all(["1", "2", "3"].map((frame) => channel.send(frame)));
  await turn();
  expect(outlet.sent).toEqual([]);
  opening.resolve();
  await sent;
  expect(outlet.sent).toEqual(["1", "2", "3"]);
});

test("waits while too much is unsent", async () => {
  const outlet = new OutletModel();
  const channel = new OutgoingChannel(() => outlet);
  outlet.bufferedAmount = HIGH_WATER_BYTES;
  await channel.send("fits");
  outlet.bufferedAmount = HIGH_WATER_BYTES + 1;
  const waiting = channel.send("waits");
  await turn();
  expect(outlet.sent).toEqual(["fits"]);
  outlet.drain();
  await waiting;
  expect(outlet.sent).toEqual(["fits", "waits"]);
});

test("a message whose outlet closes is sent by the next one, ahead of later messages", async () => {
  const outlets = [new OutletModel(), new OutletModel()] as const;
  const [first, second] = outlets;
  const channel = new OutgoingChannel(() => (first.isOpen ? first : second));
  first.bufferedAmount = HIGH_WATER_BYTES + 1;
  const sent = Promise.all([channel.send("1"), channel.send("2")]);
  await turn();
  first.close();
  await sent;
  expect([first.sent, second.sent]).toEqual([[], ["1", "2"]]);
});

test("a message that fails does not hold up the next one", async () => {
  const outlet = new OutletModel();
  const channel = new OutgoingChannel((frame) => {
    if (frame === "bad") throw new Error("No outlet for this.");
    return outlet;
  });
  const [bad, good] = await Promise.allSettled([channel.send("bad"), channel.send("good")]);
  expect([bad.status, good.status, outlet.sent]).toEqual(["rejected", "fulfilled", ["good"]]);
});

test("whatever drains and closes in between, every message is sent once, in order", async () => {
  const happening = fc.constantFrom("send", "send", "fill", "drain", "close", "turn");
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { maxLength: 40 }), async (happenings) => {
      let outlet = new OutletModel();
      const outlets = [outlet];
      const channel = new OutgoingChannel(() => outlet);
      const sending: Promise<void>[] = [];
      for (const what of happenings) {
        if (what === "send") sending.push(channel.send(String(sending.length)));
        if (what === "fill") outlet.bufferedAmount = HIGH_WATER_BYTES + 1;
        if (what === "drain") outlet.drain();
        if (what === "turn") await turn();
        if (what !== "close") continue;
        const closing = outlet;
        outlet = new OutletModel();
        outlets.push(outlet);
        closing.close();
      }
      while (outlet.bufferedAmount > 0) outlet.drain();
      await Promise.all(sending);
      expect(outlets.flatMap(({ sent }) => sent)).toEqual(sending.map((_, index) => String(index)));
    }),
    { numRuns: 300 },
  );
});

describe("a message fits", () => {
  test.each([
    ["what the receiver accepts", "x".repeat(10), 10],
    ["in bytes, and not in characters", "üü", 4],
    ["64 KiB, if the receiver does not say", new ArrayBuffer(65_536), undefined],
    ["the same for a receiver that says 0", new ArrayBuffer(65_536), 0],
  ])("%s", (_, frame, maxBytes) => {
    expect(() => assertFits(frame, maxBytes)).not.toThrow();
  });

  test.each([
    ["x".repeat(11), 10],
    ["üü", 3],
    [new ArrayBuffer(65_537), undefined],
  ])("and nothing larger than that", (frame, maxBytes) => {
    expect(() => assertFits(frame, maxBytes)).toThrow(expect.objectContaining({ code: "data_too_large" }));
  });
});
