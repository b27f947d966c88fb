import type { types } from "mediasoup-client";
import { describe, expect, test } from "vitest";
import { track } from "../media.fixture.ts";
import { produceOptions, type SendingDevice } from "./produce-options.ts";

const codec = (name: string) => ({ mimeType: `video/${name}`, kind: "video", clockRate: 90_000 });

const device = (handlerName: types.BuiltinHandlerName, ...codecs: string[]): SendingDevice => ({
  handlerName,
  sendRtpCapabilities: { codecs: codecs.map(codec) } as types.RtpCapabilities,
});

const CHROME = device("Chrome111", "VP8", "VP9");
const camera = { source: "camera", codec: "vp8", simulcast: true } as const;

describe("audio", () => {
  test.each([
    ["microphone", true, false],
    ["screen-audio", false, true],
  ])("of a %s", (source, opusDtx, opusStereo) => {
    const sound = track("audio");
    expect(produceOptions(CHROME, sound, { ...camera, source })).toEqual({
      track: sound,
      codecOptions: { opusDtx, opusFec: true, opusStereo },
    });
  });
});

describe("video", () => {
  test("is sent in the sizes that fit its track, from a good bitrate on", () => {
    const options = produceOptions(CHROME, track("video"), camera);
    expect(options.encodings?.map(({ scaleResolutionDownBy }) => scaleResolutionDownBy)).toEqual([4, 2, 1]);
    expect(options.codec?.mimeType).toBe("video/VP8");
    expect(options.codecOptions).toEqual({ videoGoogleStartBitrate: 1_000 });
  });

  test("of a screen has its own sizes", () => {
    expect(produceOptions(CHROME, track("video"), { ...camera, source: "screen" }).encodings).toHaveLength(2);
  });

  test("uses the codec that was asked for", () => {
    const options = produceOptions(CHROME, track("video"), { ...camera, codec: "vp9" });
    expect(options.codec?.mimeType).toBe("video/VP9");
    expect(options.encodings).toMatchObject([{ scalabilityMode: "L3T3_KEY" }]);
  });

  test("falls back to VP8 when the browser lacks the codec", () => {
    const options = produceOptions(device("Chrome111", "VP8"), track("video"), { ...camera, codec: "av1" });
    expect(options.codec?.mimeType).toBe("video/VP8");
    expect(options.encodings).toHaveLength(3);
  });

  test("leaves the codec to mediasoup-client when the browser lacks VP8, too", () => {
    expect(produceOptions(device("Safari12", "H264"), track("video"), camera)).not.toHaveProperty("codec");
  });

  test("is sent in one size as VP9 outside Chromium", () => {
    const options = produceOptions(device("Firefox120", "VP9"), track("video"), { ...camera, codec: "vp9" });
    expect(options.encodings).toEqual([{ maxBitrate: expect.any(Number) }]);
  });
});
