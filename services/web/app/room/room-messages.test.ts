import { signal } from "@preact/signals";
import type { RoomMessage } from "@radist-tech/client";
import { expect, test } from "vitest";
import { type MessageRoom, RoomMessages } from "./room-messages.ts";

function roomOf(...names: string[]) {
  const sent: string[] = [];
  const failure = { next: undefined as Error | undefined };
  let receive: (message: RoomMessage) => void = () => {};
  const room: MessageRoom = {
    on: ((_name: "message", listener: (message: RoomMessage) => void) => {
      receive = listener;
      return () => {
        receive = () => {};
      };
    }) as MessageRoom["on"],
    send: async (data, { to } = {}) => {
      if (failure.next) throw failure.next;
      sent.push(`${typeof data === "string" ? data : "bytes"} to ${to ?? "all"}`);
    },
  };
  const all = signal(names.map((name) => ({ peerId: name.toLowerCase(), name })));
  const messages = new RoomMessages(room, { all, find: (id) => all.value.find(({ peerId }) => peerId === id) });
  const stop = messages.listen();
  const entries = () =>
    messages.entries.value.map((entry) => `${entry.who ?? "You"}: ${"text" in entry ? entry.text : ""}`);
  return { messages, all, sent, failure, stop, entries, receive: (message: RoomMessage) => receive(message) };
}

const text = (fromPeerId: string, what: string, isPrivate = false): RoomMessage => ({
  type: "text",
  text: what,
  fromPeerId,
  isPrivate,
});

test("a message goes to everyone, or to one person privately, and says so", async () => {
  const { messages, sent, entries } = roomOf("Ada", "Grace");
  await messages.write("Hello");
  messages.writeTo({ peerId: "ada", name: "Ada" });
  await messages.write("Between us");
  expect(sent).toEqual(["Hello to all", "Between us to ada"]);
  expect(entries()).toEqual(["You: Hello", "You, only to Ada: Between us"]);
});

test("choosing a recipient opens the messages and moves the focus there, every time", () => {
  const { messages } = roomOf("Ada");
  messages.writeTo({ peerId: "ada", name: "Ada" });
  const { value: first } = messages.recipientChoices;
  messages.writeTo({ peerId: "ada", name: "Ada" });
  expect([messages.panelOpen.value, messages.recipientChoices.value > first]).toEqual([true, true]);
});

test("a message to someone who has left is not sent to everyone", () => {
  const { messages, all } = roomOf("Ada", "Grace");
  messages.writeTo({ peerId: "ada", name: "Ada" });
  expect(messages.isRecipientGone.value).toBe(false);
  all.value = all.value.filter(({ name }) => name !== "Ada");
  expect([messages.isRecipientGone.value, messages.recipient.value?.name]).toEqual([true, "Ada"]);
  messages.recipient.value = null;
  expect(messages.isRecipientGone.value).toBe(false);
});

test("a received message names its sender", () => {
  const { receive, entries } = roomOf("Ada");
  receive(text("ada", "Hello"));
  receive(text("ada", "Between us", true));
  receive(text("who-left", "Bye"));
  expect(entries()).toEqual(["Ada: Hello", "Ada, only to you: Between us", "Guest: Bye"]);
});

test("JSON of another program is shown as it is, bytes are ignored", () => {
  const { receive, entries } = roomOf("Ada");
  receive({ type: "json", data: { a: 1 }, text: '{"a":1}', fromPeerId: "ada", isPrivate: false });
  receive({ type: "binary", data: new ArrayBuffer(3), fromPeerId: "ada", isPrivate: false });
  expect(entries()).toEqual(['Ada: {"a":1}']);
});

test("a message that could not be sent stays, and says so", async () => {
  const { messages, failure } = roomOf("Ada");
  failure.next = new Error("closed");
  await messages.write("Hello");
  expect(messages.entries.value).toMatchObject([{ text: "Hello", failed: true }]);
});
