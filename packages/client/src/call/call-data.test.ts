import { describe, expect, test } from "vitest";
import type { DataMessage } from "../core/framing.ts";
import { CallData } from "./call-data.ts";

/** An RTCDataChannel without a connection. */
class ChannelModel extends EventTarget {
  readonly sent: unknown[] = [];
  binaryType = "blob";
  bufferedAmount = 0;
  bufferedAmountLowThreshold = 0;
  readyState: RTCDataChannelState = "connecting";

  send(frame: unknown): void {
    if (this.readyState !== "open") throw new Error("InvalidStateError");
    this.sent.push(frame);
  }

  open(): void {
    this.readyState = "open";
    this.dispatchEvent(new Event("open"));
  }

  close(): void {
    this.readyState = "closed";
    this.dispatchEvent(new Event("close"));
  }

  drain(): void {
    this.bufferedAmount = 0;
    this.dispatchEvent(new Event("bufferedamountlow"));
  }

  receive(data: unknown): void {
    this.dispatchEvent(new MessageEvent("message", { data }));
  }
}

function session() {
  const log: string[] = [];
  const messages: DataMessage[] = [];
  const data = new CallData({
    open: () => log.push("open"),
    close: () => log.push("close"),
    message: (message) => messages.push(message),
  });
  const add = ({ isRemote = false, isOpen = true } = {}) => {
    const channel = new ChannelModel();
    data.add(channel as unknown as RTCDataChannel, isRemote);
    if (isOpen) channel.open();
    return channel;
  };
  return { data, log, messages, add };
}

const NOT_OPEN = { code: "data_channel_not_open" };

test("opens with its channel, and closes with it", async () => {
  const { data, log, add } = session();
  await expect(data.send("early", undefined)).rejects.toMatchObject(NOT_OPEN);
  const channel = add({ isOpen: false });
  expect(log).toEqual([]);
  channel.open();
  channel.open();
  expect(log).toEqual(["open"]);
  await data.send("hello", undefined);
  expect([channel.sent, channel.binaryType]).toEqual([["hello"], "arraybuffer"]);
  channel.close();
  expect(log).toEqual(["open", "close"]);
  await expect(data.send("late", undefined)).rejects.toMatchObject(NOT_OPEN);
});

test("a channel that was open before it was added is used", async () => {
  const { data, log } = session();
  const channel = new ChannelModel();
  channel.open();
  data.add(channel as unknown as RTCDataChannel, true);
  expect(log).toEqual(["open"]);
});

describe("with two channels", () => {
  test("messages are received on both", () => {
    const { messages, add } = session();
    const [ours, theirs] = [add(), add({ isRemote: true })];
    ours.receive("1");
    theirs.receive('\r{"two":2}');
    expect(messages).toEqual([
      { type: "text", text: "1" },
      { type: "json", data: { two: 2 }, text: '{"two":2}' },
    ]);
  });

  test("messages are sent on the other side's", async () => {
    const { data, log, add } = session();
    const [ours, theirs] = [add(), add({ isRemote: true })];
    await data.send("hello", undefined);
    expect([ours.sent, theirs.sent, log]).toEqual([[], ["hello"], ["open"]]);
  });

  test("messages stay on the first once something was sent on it, so that their order holds", async () => {
    const { data, add } = session();
    const ours = add();
    await data.send("1", undefined);
    const theirs = add({ isRemote: true });
    await data.send("2", undefined);
    expect([ours.sent, theirs.sent]).toEqual([["1", "2"], []]);
  });

  test("the other one is used when one closes", async () => {
    const { data, log, add } = session();
    const [ours, theirs] = [add(), add({ isRemote: true })];
    theirs.close();
    await data.send("hello", undefined);
    expect([ours.sent, log]).toEqual([["hello"], ["open"]]);
    ours.close();
    expect(log).toEqual(["open", "close"]);
  });
});

describe("a message that waits because much is unsent", () => {
  async function waiting() {
    const own = session();
    const channel = own.add();
    channel.bufferedAmount = 2_000_000;
    const sent = own.data.send("waits", undefined);
    await Promise.resolve();
    return { ...own, channel, sent };
  }

  test("is sent when the channel has drained", async () => {
    const { channel, sent } = await waiting();
    expect(channel.sent).toEqual([]);
    channel.drain();
    await sent;
    expect(channel.sent).toEqual(["waits"]);
  });

  test("fails when the channel closes", async () => {
    const { channel, sent } = await waiting();
    channel.close();
    await expect(sent).rejects.toMatchObject(NOT_OPEN);
  });

  test("fails with its session, and does not reach the next one", async () => {
    const { data, add, channel, sent } = await waiting();
    data.reset();
    const next = add();
    await expect(sent).rejects.toMatchObject(NOT_OPEN);
    channel.drain();
    expect([channel.sent, next.sent]).toEqual([[], []]);
  });
});

test("a message that is too large is refused at once", async () => {
  const { data, add } = session();
  const channel = add();
  await expect(async () => data.send("x".repeat(101), 100)).rejects.toMatchObject({ code: "data_too_large" });
  expect(channel.sent).toEqual([]);
});

test("a message that the browser refuses to send fails", async () => {
  const { data, add } = session();
  const channel = add();
  channel.send = () => {
    throw new Error("OperationError");
  };
  await expect(data.send("hello", undefined)).rejects.toMatchObject(NOT_OPEN);
});

test("channels of a session that is over are ignored", () => {
  const { data, log, messages, add } = session();
  const channel = add();
  data.reset();
  data.reset();
  channel.receive("late");
  channel.close();
  expect([log, messages]).toEqual([["open", "close"], []]);
});
