import type { types } from "mediasoup-client";
import type { VideoCodec } from "../types.ts";

export interface VideoSource {
  readonly kind: "camera" | "screen";
  readonly codec: VideoCodec;
  /** Several sizes at once, or one. */
  readonly simulcast: boolean;
  /** Whether the browser can put several sizes into one stream (VP9 and AV1). */
  readonly canSvc: boolean;
  /** Of the picture, pixels; undefined where the browser does not tell. */
  readonly width: number | undefined;
  readonly height: number | undefined;
}

/** The shorter side of a picture that is worth a layer of its own, pixels. */
const SMALLEST_LAYER = 120;
const LAYERS = { camera: 3, screen: 2 };

/** 720p at 30 frames per second, VP8. */
const REFERENCE = { pixels: 1_280 * 720, bitsPerSecond: 1_700_000 };
const LOWEST_BITS = 100_000;
const HIGHEST_BITS = 4_000_000;

/** How a video is encoded: lowest layer first, as mediasoup counts them. */
export function encodingsFor(source: VideoSource): types.RtpEncodingParameters[] {
  const { width = 1_280, height = 720, codec, simulcast, kind } = source;
  const full = bitsFor(width * height, codec);
  if (codec === "vp9" || codec === "av1") {
    if (!source.canSvc) return [{ maxBitrate: full }];
    // Browsers encode a screen in one size only, and Chromium does not decode AV1 that arrives without its upper sizes
    // (seen with Chromium 156 and mediasoup 3.27); the frame rate still comes in three layers.
    const hasSizes = simulcast && kind === "camera" && codec === "vp9";
    return [{ scalabilityMode: hasSizes ? "L3T3_KEY" : "L1T3", maxBitrate: full }];
  }
  const layers = simulcast ? layerCount(Math.min(width, height), LAYERS[kind]) : 1;
  return Array.from({ length: layers }, (_none, layer) => {
    const scaleResolutionDownBy = 2 ** (layers - 1 - layer);
    return {
      scaleResolutionDownBy,
      // A single size with a mode is taken for SVC, and mediasoup 3.27 drops the key frame that such a stream begins with.
      ...(layers > 1 && { scalabilityMode: "L1T3" }),
      maxBitrate: bitsFor((width * height) / scaleResolutionDownBy ** 2, codec),
    };
  });
}

function layerCount(shorterSide: number, most: number): number {
  let layers = 1;
  while (layers < most && shorterSide / 2 ** layers >= SMALLEST_LAYER) layers++;
  return layers;
}

/** Twice the pixels do not take twice the bits: neighbours resemble each other more. */
function bitsFor(pixels: number, codec: VideoCodec): number {
  const thrift = codec === "vp9" || codec === "av1" ? 0.7 : 1;
  const bits = REFERENCE.bitsPerSecond * (pixels / REFERENCE.pixels) ** 0.75 * thrift;
  return Math.round(Math.min(HIGHEST_BITS, Math.max(LOWEST_BITS, bits)));
}
