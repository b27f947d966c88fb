import { expect, test } from "vitest";
import { announced } from "../ui/announcer.tsx";
import { MessageLog } from "./message-log.ts";

test("what the user writes is shown at once, without the spaces around it", async () => {
  const log = new MessageLog();
  const way = Promise.withResolvers<void>();
  const sending = log.addSent("  Hello \n", () => way.promise);
  expect(log.entries.value).toMatchObject([{ own: true, text: "Hello", failed: false }]);
  way.resolve();
  await sending;
  expect(log.entries.value).toMatchObject([{ text: "Hello", failed: false }]);
});

test("nothing is sent of nothing, and no more than fits", async () => {
  const log = new MessageLog();
  const sent: string[] = [];
  const send = async (text: string) => void sent.push(text);
  await log.addSent(" \n ", send);
  await log.addSent("x".repeat(9_000), send);
  expect(sent.map(({ length }) => length)).toEqual([8_000]);
});

test("what was not sent says so, and is announced", async () => {
  const log = new MessageLog();
  await log.addSent("Hello", () => Promise.reject(new Error("closed")));
  expect(log.entries.value).toMatchObject([{ text: "Hello", failed: true }]);
  expect(announced()).toBe("Your message was not sent.");
});

test("what arrives is announced, with its sender where there are several", () => {
  const log = new MessageLog();
  log.addReceived("Hello", "Ada");
  expect(announced()).toBe("New message from Ada: Hello");
  log.addReceived("Hello");
  expect(announced()).toBe("New message: Hello");
  log.addReceived("x".repeat(500));
  expect(announced().length).toBeLessThan(250);
});

test("the same announcement twice is two", () => {
  const log = new MessageLog();
  log.addReceived("Hello");
  const first = announced();
  log.addReceived("Hello");
  expect(announced()).not.toBe(first);
  expect(announced().trim()).toBe(first.trim());
});

test("what arrives while the panel is closed counts as unread until it opens; what is sent does not", async () => {
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
