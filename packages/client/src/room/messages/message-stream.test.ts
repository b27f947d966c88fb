import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { RadistError } from "../../core/errors.ts";
import { Latch } from "../../core/latch.ts";
import { type ObjectModel, SessionModel, stubStreams } from "../media.fixture.ts";
import type { RoomRosterEvent } from "../roster.ts";
import type { RoomMessage } from "../types.ts";
import type { MessagingSession } from "./data-publication.ts";
import { BACKLOG_BYTES } from "./lane.ts";
import { decodeNumbered, encodeAcknowledgement, encodeNumbered } from "./numbered-frame.ts";
import { RoomData } from "./room-data.ts";

const PART_BYTES = 60_000;

beforeEach(() => {
  stubStreams();
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const settled = () => vi.advanceTimersByTimeAsync(0);
const numbersOf = ({ sent }: ObjectModel) => sent.map((frame) => decodeNumbered(frame)?.sequence);
const channel = (peerId: string, dataProducerId: string, label: string, protocol = ""): RoomRosterEvent => ({
  type: "data-opened",
  peerId,
  dataProducer: { dataProducerId, label, protocol },
});

/** A room whose other participants do what the test says. */
async function room(...peers: string[]) {
  const latch = new Latch<MessagingSession>();
  const session = new SessionModel("d");
  session.send.getDataChannelMaxMessageSize = () => 262_144;
  const messages: RoomMessage[] = [];
  const failures: unknown[] = [];
  const data = new RoomData({
    latch,
    isReceiving: () => true,
    handlers: { message: (message) => messages.push(message), failed: (error) => failures.push(error) },
  });
  latch.open(session);
  for (const peerId of peers) {
    data.apply([
      { type: "joined", peer: { peerId, isConnected: true, producers: new Map(), dataProducers: new Map() } },
      channel(peerId, `acks of ${peerId}`, "radist-acks"),
    ]);
  }
  /** The channel on which messages to all, or to one, are sent. */
  const opened = async (to?: string) => {
    const sent = data.send(new ArrayBuffer(PART_BYTES), to);
    await settled();
    const produced = session.log.filter((line) => line.startsWith("produce"));
    const own = session.objects.filter(({ producerId }) => producerId === "")[produced.length - 1];
    if (!own) throw new Error("No channel was opened.");
    for (const peerId of to === undefined ? peers : [to]) data.subscribed(own.id, peerId);
    await sent;
    return own;
  };
  const acknowledges = async (peerId: string, sequence: number, { on = session.last, isGap = false } = {}) => {
    const stream = decodeNumbered(on.sent[0])?.stream ?? 0;
    const acks = session.objects.find(({ producerId }) => producerId === `acks of ${peerId}`);
    acks?.emit("message", encodeAcknowledgement({ stream, sequence, isGap }));
    await settled();
  };
  const sendParts = (count: number, to?: string) => {
    const parts = Array.from({ length: count }, () => data.send(new ArrayBuffer(PART_BYTES), to));
    return Promise.allSettled(parts);
  };
  return { latch, session, data, messages, failures, opened, acknowledges, sendParts };
}

describe("to one", () => {
  test("a message waits until the receiver has acknowledged enough", async () => {
    const { opened, acknowledges, sendParts } = await room("bob");
    const own = await opened("bob");
    const sent = sendParts(5, "bob");
    await settled();
    expect(numbersOf(own)).toEqual([1, 2, 3, 4]);
    await acknowledges("bob", 2, { on: own });
    expect(numbersOf(own)).toEqual([1, 2, 3, 4, 5, 6]);
    expect((await sent).every(({ status }) => status === "fulfilled")).toBe(true);
  });

  test("a message fails when the receiver stops acknowledging", async () => {
    const { opened, sendParts } = await room("bob");
    await opened("bob");
    const sent = sendParts(4, "bob");
    await vi.advanceTimersByTimeAsync(30_000);
    expect((await sent).at(-1)).toMatchObject({ reason: { code: "receiver_too_slow" } });
  });

  test("what was lost on the way is sent again, ahead of the next message", async () => {
    const { opened, acknowledges, sendParts } = await room("bob");
    const own = await opened("bob");
    await sendParts(2, "bob");
    await acknowledges("bob", 1, { on: own, isGap: true });
    await sendParts(1, "bob");
    expect(numbersOf(own)).toEqual([1, 2, 3, 2, 3, 4]);
  });

  test.each([
    ["leaves", "peer_not_found", { type: "left", peerId: "bob", reason: "left" }],
    ["is left behind", "connection_closed", undefined],
  ] as [string, string, RoomRosterEvent | undefined][])(
    "a waiting message fails when its receiver %s",
    async (_, code, event) => {
      const { data, opened, sendParts } = await room("bob");
      await opened("bob");
      const sent = sendParts(4, "bob");
      await settled();
      if (event) data.apply([event]);
      else data.close(new RadistError("connection_closed"));
      expect((await sent).at(-1)).toMatchObject({ reason: { code } });
    },
  );
});

describe("to all", () => {
  test("a receiver that holds up the others gets what it lacks on a channel of its own", async () => {
    const { session, opened, acknowledges, sendParts, data } = await room("fast", "slow");
    const own = await opened();
    const sent = sendParts(7);
    await settled();
    await acknowledges("slow", 1, { on: own });
    await acknowledges("fast", 4, { on: own });
    expect(numbersOf(own)).toEqual([1, 2, 3, 4, 5]);
    await vi.advanceTimersByTimeAsync(500);
    expect(numbersOf(own)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    await sent;
    expect(session.log.at(-1)).toBe("produce data for slow, lane");
    const lane = session.last;
    data.subscribed(lane.id, "slow");
    await settled();
    expect(numbersOf(lane)).toEqual([2, 3, 4, 5]);
    await acknowledges("slow", 5, { on: own });
    expect(numbersOf(lane)).toEqual([2, 3, 4, 5, 6, 7, 8]);
  });

  test("what was still arriving on the channel to all does not hold up the channel of its own", async () => {
    const { session, data, opened, acknowledges, sendParts } = await room("fast", "slow");
    const own = await opened();
    const sent = sendParts(4);
    await settled();
    await acknowledges("fast", 4, { on: own });
    await vi.advanceTimersByTimeAsync(500);
    await sent;
    const lane = session.last;
    await acknowledges("slow", 4, { on: own });
    data.subscribed(lane.id, "slow");
    await settled();
    expect(numbersOf(lane)).toEqual([1, 2, 3, 4, 5]);
  });

  test("a receiver that holds up each message for a moment does not do so for long", async () => {
    const { session, opened, acknowledges, sendParts } = await room("fast", "slow");
    const own = await opened();
    const sent = sendParts(30);
    await settled();
    for (let sequence = 1; sequence <= 20; sequence++) {
      await acknowledges("fast", sequence + 3, { on: own });
      await vi.advanceTimersByTimeAsync(60);
      await acknowledges("slow", sequence, { on: own });
    }
    expect(session.log.at(-1)).toBe("produce data for slow, lane");
    await acknowledges("fast", 31, { on: own });
    await sent;
  });

  test("nobody gets a channel of their own while all are as slow", async () => {
    const { session, opened, sendParts } = await room("ann", "bob");
    await opened();
    const sent = sendParts(4);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(session.log.filter((line) => line.includes("lane"))).toEqual([]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect((await sent).at(-1)).toMatchObject({ reason: { code: "receiver_too_slow" } });
  });

  test("a receiver that misses something gets it on a channel of its own", async () => {
    const { session, data, opened, acknowledges, sendParts } = await room("ann", "bob");
    const own = await opened();
    await sendParts(2);
    await acknowledges("bob", 1, { on: own, isGap: true });
    data.subscribed(session.last.id, "bob");
    await settled();
    expect(numbersOf(session.last)).toEqual([2, 3]);
  });

  test("a sender is told when no more can be kept for a slow receiver, and the others get all", async () => {
    const { opened, acknowledges, sendParts } = await room("fast", "slow");
    const own = await opened();
    await acknowledges("slow", 0, { on: own, isGap: true });
    const count = Math.ceil(BACKLOG_BYTES / PART_BYTES) + 5;
    const outcomes: PromiseSettledResult<void>[] = [];
    for (let part = 0; part < count; part++) {
      outcomes.push(...(await sendParts(1)));
      await acknowledges("fast", part + 2, { on: own });
    }
    expect(outcomes[0]?.status).toBe("fulfilled");
    expect(outcomes.at(-1)).toMatchObject({ reason: { code: "receiver_too_slow" } });
    expect(own.sent).toHaveLength(count + 1);
  });

  test("the next media session begins with what was not acknowledged in the last one", async () => {
    const { latch, session, data, opened, acknowledges } = await room("bob");
    const own = await opened();
    await acknowledges("bob", 1, { on: own });
    await data.send("2", undefined);
    latch.close();
    session.close();
    const next = new SessionModel("e");
    latch.open(next);
    const sent = data.send("3", undefined);
    await settled();
    data.subscribed(next.last.id, "bob");
    await sent;
    expect(numbersOf(next.last)).toEqual([2, 3]);
  });

  test("an SDK that does not acknowledge gets the same messages as they are, once it has had the time to subscribe", async () => {
    const { session, data, opened, acknowledges } = await room("ann");
    const own = await opened();
    data.apply([
      { type: "joined", peer: { peerId: "old", isConnected: true, producers: new Map(), dataProducers: new Map() } },
    ]);
    const sent = data.send("Hello", undefined);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(numbersOf(own)).toEqual([1, 2]);
    const plain = session.last;
    data.subscribed(plain.id, "old");
    await sent;
    expect(plain.sent).toEqual(["Hello"]);
    await acknowledges("ann", 2, { on: own });
    await data.send("Bye", undefined);
    expect(plain.sent).toEqual(["Hello", "Bye"]);
  });
});

describe("receiving", () => {
  const part = (sequence: number, text = String(sequence), previous = sequence - 1) =>
    encodeNumbered({ stream: 5, sequence, previous, frame: text });

  test("each message is delivered once, by whichever channel it comes", async () => {
    const { session, data, messages } = await room("bob");
    data.apply([channel("bob", "all", "radist-messages"), channel("bob", "plain", "radist-data")]);
    await settled();
    expect(session.log).toEqual(["consume data all"]);
    session.last.emit("message", part(1));
    session.last.emit("message", part(3));
    data.apply([channel("bob", "lane", "radist-messages", "lane")]);
    await settled();
    expect(session.log).toContain("drop dataConsumers d1");
    const lane = session.objects.find(({ producerId }) => producerId === "lane");
    for (const sequence of [1, 2, 3]) lane?.emit("message", part(sequence));
    expect(messages).toMatchObject(["1", "2", "3"].map((text) => ({ text, fromPeerId: "bob", isPrivate: false })));
  });

  test("acknowledges on a channel that is open to all, and again to who subscribes late", async () => {
    const { session, data } = await room("bob");
    data.apply([channel("bob", "all", "radist-messages")]);
    await settled();
    session.last.emit("message", part(1, "x"));
    expect(session.log).toEqual(["consume data all"]);
    session.last.emit("message", part(2, "x".repeat(40_000)));
    await settled();
    expect(session.log.at(-1)).toBe("produce data for all");
    const acks = session.last;
    expect(acks.sent).toHaveLength(1);
    data.subscribed(acks.id, "bob");
    await settled();
    expect(acks.sent[1]).toEqual(acks.sent[0]);
  });

  test("what is no such frame is ignored", async () => {
    const { session, data, messages } = await room("bob");
    data.apply([channel("bob", "all", "radist-messages")]);
    await settled();
    for (const frame of ["text", new ArrayBuffer(3)]) session.last.emit("message", frame);
    expect(messages).toEqual([]);
  });
});
