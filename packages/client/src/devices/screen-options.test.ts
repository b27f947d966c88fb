import { afterEach, expect, test, vi } from "vitest";
import { screenOptions } from "./screen-options.ts";

const browserKnows = (...constraints: string[]) =>
  vi.stubGlobal("navigator", {
    mediaDevices: { getSupportedConstraints: () => Object.fromEntries(constraints.map((name) => [name, true])) },
  });

afterEach(() => {
  vi.unstubAllGlobals();
});

test("without sound nothing is said about sound", () => {
  browserKnows("restrictOwnAudio");
  expect(screenOptions()).toEqual({ audio: false });
  expect(screenOptions({ video: true })).toEqual({ audio: false, video: true });
});

test("the system's sound comes without this page's own", () => {
  browserKnows("restrictOwnAudio");
  expect(screenOptions({ audio: true })).toEqual({ audio: { restrictOwnAudio: true }, systemAudio: "include" });
});

test("the system's sound is not offered where this page's own cannot be left out", () => {
  browserKnows();
  expect(screenOptions({ audio: true })).toEqual({ audio: {}, systemAudio: "exclude" });
});

test("the page has the last word", () => {
  browserKnows("restrictOwnAudio");
  const options = { audio: { restrictOwnAudio: false, channelCount: 2 }, systemAudio: "exclude" };
  expect(screenOptions(options)).toEqual(options);
});
