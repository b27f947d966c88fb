import type { types } from "mediasoup-client";
import type { VideoCodec } from "../types.ts";

export interface VideoSource {
  readonly kind: "camera" | "screen";
  readonly codec: VideoCodec;
  /** Whether several sizes are sent at once. */
  readonly simulcast: boolean;
  /** Whether the browser can put several sizes into one stream (VP9 and AV1). */
  readonly canSvc: boolean;
  /** In pixels; undefined when the browser does not report it. */
  readonly width: number | undefined;
  readonly height: number | undefined;
}

/** The shorter side, in pixels, of the smallest picture that gets a layer of its own. */
const SMALLEST_LAYER = 120;
const MAX_LAYERS = { camera: 3, screen: 2 };

/** 720p at 30 frames per second, VP8. */
const REFERENCE = { pixels: 1_280 * 720, bitsPerSecond: 1_700_000 };
const MIN_BITS_PER_SECOND = 100_000;
const MAX_BITS_PER_SECOND = 4_000_000;

/** How a video is encoded, lowest layer first, as mediasoup numbers them. */
export function encodingsFor(source: VideoSource): types.RtpEncodingParameters[] {
  const { width = 1_280, height = 720, codec, simulcast, kind } = source;
  const full = bitrateFor(width * height, codec);
  if (codec === "vp9" || codec === "av1") {
    if (!source.canSvc) return [{ maxBitrate: full }];
    // Browsers encode a screen in one size only, and Chromium does not decode AV1 that arrives without its upper sizes
    // (observed with Chromium 156 and mediasoup 3.27). The frame rate still has three layers.
    const hasSizes = simulcast && kind === "camera" && codec === "vp9";
    return [{ scalabilityMode: hasSizes ? "L3T3_KEY" : "L1T3", maxBitrate: full }];
  }
  const layers = simulcast ? layerCount(Math.min(width, height), MAX_LAYERS[kind]) : 1;
  return Array.from({ length: layers }, (_none, layer) => {
    const scaleResolutionDownBy = 2 ** (layers - 1 - layer);
    return {
      scaleResolutionDownBy,
      // mediasoup 3.27 takes a single size with a mode for SVC, and drops the key frame that such a stream begins with.
      ...(layers > 1 && { scalabilityMode: "L1T3" }),
      maxBitrate: bitrateFor((width * height) / scaleResolutionDownBy ** 2, codec),
    };
  });
}

function layerCount(shorterSide: number, max: number): number {
  let layers = 1;
  while (layers < max && shorterSide / 2 ** layers >= SMALLEST_LAYER) layers++;
  return layers;
}

/** Twice the pixels need less than twice the bits, since neighbouring pixels are more alike. */
function bitrateFor(pixels: number, codec: VideoCodec): number {
  const efficiency = codec === "vp9" || codec === "av1" ? 0.7 : 1;
  const bits = REFERENCE.bitsPerSecond * (pixels / REFERENCE.pixels) ** 0.75 * efficiency;
  return Math.round(Math.min(MAX_BITS_PER_SECOND, Math.max(MIN_BITS_PER_SECOND, bits)));
}
