import { RadistError } from "@radist-tech/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { announced } from "../ui/announcer.tsx";
import { ScreenSharing } from "./screen-sharing.ts";

beforeEach(() => {
  Object.defineProperty(navigator, "mediaDevices", { configurable: true, value: { getDisplayMedia: () => {} } });
});
afterEach(() => {
  Reflect.deleteProperty(navigator, "mediaDevices");
  vi.restoreAllMocks();
});

function sharing(failure?: Error) {
  const done: string[] = [];
  const screen: ScreenSharing = new ScreenSharing({
    start: async () => {
      if (failure) throw failure;
      done.push("start");
      screen.changed({ active: true });
    },
    stop: async () => {
      done.push("stop");
      screen.changed({ active: false });
    },
  });
  return { screen, done };
}

test("the same button starts and stops, and both are announced", async () => {
  const { screen, done } = sharing();
  await screen.toggle();
  expect([screen.isShared.value, announced()]).toEqual([true, "You are sharing your screen."]);
  await screen.toggle();
  expect([screen.isShared.value, announced()]).toEqual([false, "You are no longer sharing your screen."]);
  expect(done).toEqual(["start", "stop"]);
});

test("a user who chooses no screen is not told of an error", async () => {
  const { screen } = sharing(new RadistError("permission_denied"));
  const before = announced();
  await screen.toggle();
  expect([screen.isShared.value, announced()]).toEqual([false, before]);
});

test.each([
  ["two quick clicks open one picker", undefined],
  ["a picker that is answered after the meeting has ended is no failure", new RadistError("connection_closed")],
])("%s", async (_, failure) => {
  const picker = Promise.withResolvers<void>();
  const start = vi.fn(() => picker.promise);
  const screen = new ScreenSharing({ start, stop: () => Promise.resolve() });
  const before = announced();
  const clicks = [screen.toggle(), screen.toggle()];
  if (failure) picker.reject(failure);
  else picker.resolve();
  await Promise.all(clicks);
  expect([start.mock.calls.length, announced()]).toEqual([1, before]);
});

test("any other failure is announced", async () => {
  const warn = vi.spyOn(console, "warn").mockReturnValue();
  const { screen } = sharing(new RadistError("device_in_use"));
  await screen.toggle();
  expect([screen.isShared.value, announced().trim()]).toEqual([false, "Your screen could not be shared."]);
  expect(warn).toHaveBeenCalledOnce();
});

test("a browser that cannot share does not try", async () => {
  Reflect.deleteProperty(navigator, "mediaDevices");
  const { screen, done } = sharing();
  await screen.toggle();
  expect(done).toEqual([]);
});
