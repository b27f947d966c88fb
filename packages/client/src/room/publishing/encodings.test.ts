import { expect, test } from "vitest";
import { encodingsFor, type VideoSource } from "./encodings.ts";

const camera: VideoSource = {
  kind: "camera",
  codec: "vp8",
  simulcast: true,
  canSvc: true,
  width: 1_280,
  height: 720,
};
const scales = (source: Partial<VideoSource>) =>
  encodingsFor({ ...camera, ...source }).map(({ scaleResolutionDownBy }) => scaleResolutionDownBy);
const modes = (source: Partial<VideoSource>) =>
  encodingsFor({ ...camera, ...source }).map(({ scalabilityMode }) => scalabilityMode);

test.each([
  ["a common camera", {}, [4, 2, 1]],
  ["a camera of unknown size", { width: undefined, height: undefined }, [4, 2, 1]],
  ["an old camera", { width: 640, height: 480 }, [4, 2, 1]],
  ["a phone held upright", { width: 720, height: 1_280 }, [4, 2, 1]],
  ["a small picture has fewer layers", { width: 320, height: 240 }, [2, 1]],
  ["a tiny one has none", { width: 160, height: 120 }, [1]],
  ["a screen", { kind: "screen", width: 1_920, height: 1_080 }, [2, 1]],
  ["without simulcast", { simulcast: false }, [1]],
  ["H264 like VP8", { codec: "h264" }, [4, 2, 1]],
] as [string, Partial<VideoSource>, number[]][])("scales down: %s", (_, source, expected) => {
  expect(scales(source)).toEqual(expected);
});

test.each([
  ["VP8", {}, ["L1T3", "L1T3", "L1T3"]],
  ["VP9 of a camera", { codec: "vp9" }, ["L3T3_KEY"]],
  ["AV1 of a camera", { codec: "av1" }, ["L1T3"]],
  ["VP8 of one size", { simulcast: false }, [undefined]],
  ["VP9 of a screen", { codec: "vp9", kind: "screen" }, ["L1T3"]],
  ["VP9 without layers", { codec: "vp9", simulcast: false }, ["L1T3"]],
  ["VP9 where the browser has no SVC", { codec: "vp9", canSvc: false }, [undefined]],
] as [string, Partial<VideoSource>, unknown[]][])("layers within a stream: %s", (_, source, expected) => {
  expect(modes(source)).toEqual(expected);
});

test("a larger picture gets more bits, up to a limit", () => {
  const top = (width: number, height: number) => encodingsFor({ ...camera, width, height }).at(-1)?.maxBitrate ?? 0;
  const sizes = [top(320, 180), top(640, 360), top(1_280, 720), top(1_920, 1_080)];
  expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
  expect(top(7_680, 4_320)).toBe(4_000_000);
});
