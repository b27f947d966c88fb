import { expect, test } from "vitest";
import { levelOf } from "./audio-level.ts";

const tone = (amplitude: number) => Float32Array.from({ length: 512 }, (_, at) => amplitude * Math.sin(at / 4));

test.each([
  ["silence", new Float32Array(512), 0],
  ["no samples at all", new Float32Array(0), 0],
  ["a room's hum, below -60 dB", tone(0.001), 0],
  ["quiet speech, -43 dB", tone(0.01), 0.38],
  ["speech, -23 dB", tone(0.1), 0.82],
  ["a shout", tone(1), 1],
])("%s", (_what, samples, level) => {
  expect(levelOf(samples)).toBeCloseTo(level, 1);
});

test("a louder signal has a higher level, always within 0 to 1", () => {
  const levels = Array.from({ length: 100 }, (_, at) => levelOf(tone(at / 50)));
  expect(levels).toEqual(levels.toSorted((a, b) => a - b));
  expect(Math.min(...levels)).toBe(0);
  expect(Math.max(...levels)).toBe(1);
});
