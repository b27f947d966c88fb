import { expect, test, vi } from "vitest";
import { Emitter } from "./emitter.ts";

type Events = { stream: string; tick: number };

test("tells listeners in order until they stop", () => {
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

test("tells what lasts to those who come later, once, after their own code", async () => {
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

test("does not tell what lasted to one who stopped, or what was replaced meanwhile twice", async () => {
  const events = new Emitter<Events>();
  const heard: string[] = [];
  events.emitLasting("stream", "first");
  events.on("stream", (stream) => heard.push(`stopped ${stream}`))();
  events.on("stream", (stream) => heard.push(stream));
  events.emitLasting("stream", "second");
  await Promise.resolve();
  expect(heard).toEqual(["second"]);
});

test("a listener that throws harms no other, and its error is not lost", async () => {
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
  const fault = new Error("fault of the page");
  events.on("tick", () => {
    throw fault;
  });
  events.on("tick", (count) => heard.push(count));
  events.emit("tick", 1);
  vi.unstubAllGlobals();
  expect([heard, uncaught]).toEqual([[1], [fault]]);
});
