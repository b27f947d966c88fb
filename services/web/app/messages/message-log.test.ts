import { expect, test } from "vitest";
import { announced } from "../ui/announcer.tsx";
import { MessageLog } from "./message-log.ts";

test("a message is shown at once, without surrounding spaces", async () => {
  const log = new MessageLog();
  const sent = Promise.withResolvers<void>();
  const sending = log.addSent("  Hello \n", () => sent.promise);
  expect(log.entries.value).toMatchObject([{ own: true, text: "Hello", failed: false }]);
  sent.resolve();
  await sending;
  expect(log.entries.value).toMatchObject([{ text: "Hello", failed: false }]);
});

test("an empty message is not sent, and a long one is cut", async () => {
  const log = new MessageLog();
  const sent: string[] = [];
  const send = async (text: string) => void sent.push(text);
  await log.addSent(" \n ", send);
  await log.addSent("x".repeat(9_000), send);
  expect(sent.map(({ length }) => length)).toEqual([8_000]);
});

test("a message that could not be sent is marked and announced", async () => {
  const log = new MessageLog();
  await log.addSent("Hello", () => Promise.reject(new Error("closed")));
  expect(log.entries.value).toMatchObject([{ text: "Hello", failed: true }]);
  expect(announced()).toBe("Your message was not sent.");
});

test("a received message is announced, with its sender where there are several", () => {
  const log = new MessageLog();
  log.addReceived("Hello", "Ada");
  expect(announced()).toBe("New message from Ada: Hello");
  log.addReceived("Hello");
  expect(announced()).toBe("New message: Hello");
  log.addReceived("x".repeat(500));
  expect(announced().length).toBeLessThan(250);
});

test("the same announcement twice is announced twice", () => {
  const log = new MessageLog();
  log.addReceived("Hello");
  const first = announced();
  log.addReceived("Hello");
  expect(announced()).not.toBe(first);
  expect(announced().trim()).toBe(first.trim());
});

test("messages received while the panel is closed are unread until it opens", async () => {
  const log = new MessageLog();
  log.addReceived("one");
  log.addReceived("two");
  await log.addSent("three", () => Promise.resolve());
  expect(log.unread.value).toBe(2);
  log.setPanelOpen(true);
  expect(log.unread.value).toBe(0);
  log.addReceived("four");
  expect(log.unread.value).toBe(0);
});
