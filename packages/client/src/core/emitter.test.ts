import { expect, test, vi } from "vitest";
import { Emitter } from "./emitter.ts";

type Events = { stream: string; tick: number };

test("calls listeners in order until they are detached", () => {
  const events = new Emitter<Events>();
  const heard: string[] = [];
  const listener = (count: number) => heard.push(`same ${count}`);
  const stop = events.on("tick", listener);
  events.on("tick", listener);
  expect(events.emit("tick", 1)).toBe(true);
  stop();
  stop();
  events.emit("tick", 2);
  expect(heard).toEqual(["same 1", "same 1", "same 2"]);
  expect(events.emit("stream", "nobody listens")).toBe(false);
});

test("delivers a lasting event to later listeners once, after the code that attached them", async () => {
  const events = new Emitter<Events>();
  const heard: string[] = [];
  events.emitLasting("stream", "first");
  events.on("stream", (stream) => heard.push(stream));
  expect(heard).toEqual([]);
  await Promise.resolve();
  expect(heard).toEqual(["first"]);
  events.forget("stream");
  events.on("stream", (stream) => heard.push(`late ${stream}`));
  await Promise.resolve();
  expect(heard).toEqual(["first"]);
});

test("delivers a lasting event neither to a detached listener nor twice when it was replaced", async () => {
  const events = new Emitter<Events>();
  const heard: string[] = [];
  events.emitLasting("stream", "first");
  events.on("stream", (stream) => heard.push(`stopped ${stream}`))();
  events.on("stream", (stream) => heard.push(stream));
  events.emitLasting("stream", "second");
  await Promise.resolve();
  expect(heard).toEqual(["second"]);
});

test("a listener that throws stops no other, and its error is reported", async () => {
  const events = new Emitter<Events>();
  const uncaught: unknown[] = [];
  vi.stubGlobal("queueMicrotask", (task: () => void) => {
    try {
      task();
    } catch (error) {
      uncaught.push(error);
    }
  });
  const heard: number[] = [];
  const bug = new Error("bug of the page");
  events.on("tick", () => {
    throw bug;
  });
  events.on("tick", (count) => heard.push(count));
  events.emit("tick", 1);
  vi.unstubAllGlobals();
  expect([heard, uncaught]).toEqual([[1], [bug]]);
});

test("an event's first listener, and the end of its last one, are noticed once each", () => {
  const noticed: string[] = [];
  const events = new Emitter<Events>((name, isHeard) => noticed.push(`${name} ${isHeard}`));
  const stops = [events.on("tick", () => {}), events.on("tick", () => {})];
  events.on("stream", () => {});
  for (const stop of [...stops, ...stops]) stop();
  events.on("tick", () => {});
  expect(noticed).toEqual(["tick true", "stream true", "tick false", "tick true"]);
});
