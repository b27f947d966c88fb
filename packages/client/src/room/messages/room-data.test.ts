import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { RadistError } from "../../core/errors.ts";
import { Latch } from "../../core/latch.ts";
import { SessionModel, settled, stubStreams } from "../media.fixture.ts";
import type { RoomRosterEvent, RosterPeer } from "../roster.ts";
import type { RoomMessage } from "../types.ts";
import type { MessagingSession } from "./data-publication.ts";
import { decodeNumbered } from "./numbered-frame.ts";
import { assertPresent, RoomData } from "./room-data.ts";

const joined = (peerId: string, isConnected = true): RoomRosterEvent => ({
  type: "joined",
  peer: { peerId, isConnected, producers: new Map(), dataProducers: new Map() } satisfies RosterPeer,
});
const opened = (peerId: string, dataProducerId: string, fields: object = {}): RoomRosterEvent => ({
  type: "data-opened",
  peerId,
  dataProducer: { dataProducerId, label: "radist-data", protocol: "", ...fields },
});

function room({ isReceiving = () => true }: { isReceiving?: () => boolean } = {}) {
  const latch = new Latch<MessagingSession>();
  const session = new SessionModel("d");
  const messages: RoomMessage[] = [];
  const failures: unknown[] = [];
  const data = new RoomData({
    latch,
    isReceiving,
    handlers: { message: (message) => messages.push(message), failed: (error) => failures.push(error) },
  });
  return { latch, session, data, messages, failures, apply: (...events: RoomRosterEvent[]) => data.apply(events) };
}

/** The messages that a channel of numbered frames has carried. */
const messagesOf = ({ sent }: { sent: unknown[] }) => sent.map((frame) => decodeNumbered(frame)?.frame);

beforeEach(() => {
  stubStreams();
});

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("sending", () => {
  test("opens a channel with the first message, one to everybody and one for each peer", async () => {
    const { latch, session, data } = room();
    latch.open(session);
    await data.send("1", undefined);
    await data.send({ two: 2 }, undefined);
    await data.send("for Bob", "bob");
    expect(session.log).toEqual(["produce data for all", "produce data for bob, private"]);
    expect(session.objects.map(messagesOf)).toEqual([["1", '\r{"two":2}'], ["for Bob"]]);
  });

  test("waits for a session, and for the channel to open", async () => {
    const { latch, session, data } = room();
    const sent = data.send("1", undefined);
    await settled();
    latch.open(session);
    await sent;
    session.last.readyState = "connecting";
    const waiting = data.send("2", undefined);
    await settled();
    expect(messagesOf(session.last)).toEqual(["1"]);
    session.last.readyState = "open";
    session.last.emit("open");
    await waiting;
    expect(messagesOf(session.last)).toEqual(["1", "2"]);
  });

  test("waits until those who are present have subscribed", async () => {
    const { latch, session, data, apply } = room();
    latch.open(session);
    apply(joined("bob"), joined("away", false));
    const sent = data.send("1", undefined);
    await settled();
    expect(session.last.sent).toEqual([]);
    data.subscribed(session.last.id, "bob");
    await sent;
    expect(messagesOf(session.last)).toEqual(["1"]);
  });

  test.each([
    ["left", { type: "left", peerId: "bob", reason: "left" }],
    ["lost its socket", { type: "connection", peerId: "bob", isConnected: false }],
  ] as [string, RoomRosterEvent][])("does not wait for a peer that %s", async (_, event) => {
    const { latch, session, data, apply } = room();
    latch.open(session);
    apply(joined("bob"));
    const sent = data.send("1", undefined);
    await settled();
    apply(event);
    await settled();
    expect(messagesOf(session.last)).toEqual(["1"]);
    await sent;
  });

  test("continues in the next session, with the message that the last one did not send", async () => {
    const { latch, session, data } = room();
    latch.open(session);
    await data.send("1", undefined);
    const [first] = session.objects;
    if (first) first.bufferedAmount = 2_000_000;
    const sent = data.send("2", undefined);
    await settled();
    latch.close();
    session.close();
    const next = new SessionModel("e");
    await settled();
    latch.open(next);
    await sent;
    expect([first && messagesOf(first), messagesOf(next.last)]).toEqual([["1"], ["2"]]);
  });

  test("needs no socket while its channel is open", async () => {
    const { latch, session, data } = room();
    latch.open(session);
    await data.send("1", undefined);
    latch.close();
    await data.send("2", undefined);
    expect(messagesOf(session.last)).toEqual(["1", "2"]);
  });

  test("waits while much is unsent", async () => {
    const { latch, session, data } = room();
    latch.open(session);
    await data.send("1", undefined);
    session.last.bufferedAmount = 2_000_000;
    const sent = data.send("2", undefined);
    await settled();
    expect(messagesOf(session.last)).toEqual(["1"]);
    session.last.emit("bufferedamountlow");
    await sent;
    expect(messagesOf(session.last)).toEqual(["1", "2"]);
  });

  test("a message that is too large fails, and no other one with it", async () => {
    const { latch, session, data } = room();
    latch.open(session);
    const [large, small] = await Promise.allSettled([
      data.send("x".repeat(101), undefined),
      data.send("x".repeat(87), undefined),
    ]);
    expect(large).toMatchObject({ reason: { code: "data_too_large" } });
    expect(small.status).toBe("fulfilled");
  });

  test("fails when the platform does not grant it", async () => {
    const { latch, session, data } = room();
    session.beforeCreate = () => Promise.reject(new RadistError("not_allowed"));
    latch.open(session);
    await expect(data.send("1", undefined)).rejects.toMatchObject({ code: "not_allowed" });
  });

  test("to a peer that leaves closes its channel", async () => {
    const { latch, session, data, apply } = room();
    latch.open(session);
    apply(joined("bob"));
    const sent = data.send("1", "bob");
    await settled();
    data.subscribed(session.last.id, "bob");
    await sent;
    apply({ type: "left", peerId: "bob", reason: "left" });
    expect(session.log.at(-1)).toBe("drop dataProducers d1");
  });
});

describe("receiving", () => {
  test("subscribes to each channel as it opens, and delivers messages with their sender and whether they are private", async () => {
    const { latch, session, messages, apply } = room();
    latch.open(session);
    apply(joined("bob"), opened("bob", "all"), opened("bob", "one", { protocol: "private" }));
    await settled();
    const [all, one] = session.objects;
    all?.emit("message", "hello");
    one?.emit("message", new ArrayBuffer(1));
    expect(all?.binaryType).toBe("arraybuffer");
    expect(messages).toEqual([
      { type: "text", text: "hello", fromPeerId: "bob", isPrivate: false },
      { type: "binary", data: new ArrayBuffer(1), fromPeerId: "bob", isPrivate: true },
    ]);
  });

  test.each([
    ["of another program", opened("bob", "d", { label: "other" }), true],
    ["that this side does not want", opened("bob", "d"), false],
  ])("ignores a channel %s", async (_, event, isReceiving) => {
    const { latch, session, apply } = room({ isReceiving: () => isReceiving });
    latch.open(session);
    apply(joined("bob"), event);
    await settled();
    expect(session.log).toEqual([]);
  });

  test("subscribes again in the next session", async () => {
    const { latch, session, data, messages, apply } = room();
    latch.open(session);
    apply(joined("bob"), opened("bob", "all"));
    await settled();
    data.renew();
    await settled();
    expect(session.log).toEqual(["consume data all"]);
    session.close();
    const next = new SessionModel("e");
    latch.open(next);
    data.renew();
    await settled();
    next.last.emit("message", "hello");
    expect(messages).toMatchObject([{ text: "hello" }]);
  });

  test.each([
    ["is closed", { type: "data-closed", peerId: "bob", dataProducerId: "all" }],
    ["belongs to a peer that leaves", { type: "left", peerId: "bob", reason: "left" }],
  ] as [string, RoomRosterEvent][])("ends when the channel %s", async (_, event) => {
    const { latch, session, apply } = room();
    latch.open(session);
    apply(joined("bob"), opened("bob", "all"));
    await settled();
    apply(event);
    expect(session.log.at(-1)).toBe("forget dataConsumers d1");
  });

  test("drops a channel that was closed during the subscription", async () => {
    const { latch, session, failures, apply } = room();
    const creating = Promise.withResolvers<void>();
    session.beforeCreate = () => creating.promise;
    latch.open(session);
    apply(joined("bob"), opened("bob", "all"));
    await settled();
    apply({ type: "data-closed", peerId: "bob", dataProducerId: "all" });
    creating.resolve();
    await settled();
    expect([session.log.at(-1), failures]).toEqual(["drop dataConsumers d1", []]);
  });

  test("reports a subscription that fails, unless its channel was closed in the meantime", async () => {
    const { latch, session, failures, apply } = room();
    const refusal = new RadistError("not_allowed");
    session.beforeCreate = () => Promise.reject(refusal);
    latch.open(session);
    apply(joined("bob"), opened("bob", "all"));
    await settled();
    expect(failures).toEqual([refusal]);
    apply(opened("bob", "other"), { type: "data-closed", peerId: "bob", dataProducerId: "other" });
    await settled();
    expect(failures).toEqual([refusal]);
  });
});

test("a message to a participant who is not present is refused", () => {
  const present = new Map([["bob", {}]]);
  expect(() => assertPresent(undefined, present)).not.toThrow();
  expect(() => assertPresent("bob", present)).not.toThrow();
  expect(() => assertPresent("eve", present)).toThrow(expect.objectContaining({ code: "peer_not_found" }));
});
