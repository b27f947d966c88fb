import { Refusal, RtpParameters } from "@radist-tech/protocol";
import { describe, expect, test } from "vitest";
import { normalizeRtpParameters } from "./normalize-rtp-parameters.ts";
import { RED_INSIDE } from "./red.ts";

const vp8 = { mimeType: "video/VP8", payloadType: 96, clockRate: 90_000 };
const vp8Rtx = { mimeType: "video/rtx", payloadType: 97, clockRate: 90_000, parameters: { apt: 96 } };
const h264 = { mimeType: "video/H264", payloadType: 102, clockRate: 90_000 };
const h264Rtx = { mimeType: "video/RTX", payloadType: 103, clockRate: 90_000, parameters: { apt: 102 } };

/** SSRCs that no parameters here have. */
const secrets = () => {
  let next = 1_000;
  return () => next++;
};
const NOT_FOUND = new Refusal("invalid_message", "rtpParameters.encodings: each must have an ssrc or a rid.");
const read = (more: object): RtpParameters => RtpParameters.parse({ mid: "0", codecs: [vp8, vp8Rtx], ...more });
const sent = (more: object): RtpParameters => normalizeRtpParameters(read(more), secrets());
const encodings = (...each: object[]) => sent({ encodings: each }).encodings;
const codecs = (...each: object[]) => sent({ codecs: each, encodings: [{ ssrc: 1 }] }).codecs;

describe("What browsers send stays as it is:", () => {
  const layer = { scalabilityMode: "L1T3", maxBitrate: 1, scaleResolutionDownBy: 2, dtx: false };

  test.each<[string, object[]]>([
    ["one stream", [{ ssrc: 5, rtx: { ssrc: 6 }, dtx: true }]],
    ["one without retransmissions", [{ ssrc: 4_294_967_295 }]],
    ["several by SSRC", [1, 2, 3].map((ssrc) => ({ ...layer, ssrc, rtx: { ssrc: ssrc + 10 } }))],
  ])("%s", (_what, each) => expect(sent({ encodings: each })).toEqual(read({ encodings: each })));

  test("several encodings by RID, but for random SSRCs", () => {
    const rids = ["r0", "r1", "r2"].map((rid) => ({ ...layer, rid }));
    const own = { msid: "s t", rtcp: { cname: "c" }, headerExtensions: [{ uri: "urn:x", id: 1 }], encodings: rids };
    const expected = rids.map((each, index) => ({ ...each, ssrc: 1_000 + index }));
    expect(sent(own)).toEqual({ ...read(own), encodings: expected });
  });

  test("one encoding with both a RID and an SSRC, by the SSRC of the SDP", () => {
    const known = { ssrc: 5, rtx: { ssrc: 6 }, maxBitrate: 1 };
    expect(encodings({ ...known, rid: "camera" })).toEqual([known]);
  });
});

describe("Each encoding is matched in one way only:", () => {
  const SSRCS = [undefined, 0, 1, 2];
  const RIDS = [undefined, "a", "b"];
  const RTXES = [undefined, { ssrc: 0 }, { ssrc: 1 }, { ssrc: 3 }];
  const every = SSRCS.flatMap((ssrc) => RIDS.flatMap((rid) => RTXES.map((rtx) => ({ ssrc, rid, rtx }))));
  const alone = every.map((one) => [one]);
  const inPairs = every.flatMap((one) => every.map((other) => [one, other]));

  test.each([
    ["alone", alone],
    ["in pairs", inPairs],
  ])("whatever is said of it, %s", (_what, all) => {
    for (const each of all) {
      const about = JSON.stringify(each);
      if (each.some(({ ssrc, rid }) => !ssrc && rid === undefined)) {
        expect(() => encodings(...each), about).toThrow(NOT_FOUND);
        continue;
      }
      let unknown = 1_000;
      const found = each.map(({ ssrc, rid, rtx }) => (ssrc ? { ssrc, ...(rtx && { rtx }) } : { rid, ssrc: unknown++ }));
      expect(encodings(...each), about).toEqual(found);
    }
  });

  test.each([
    ["no encodings", {}],
    ["one that tells nothing", { encodings: [{ maxBitrate: 1 }] }],
  ])("%s cannot be found", (_what, more) => {
    expect(() => sent(more)).toThrow(NOT_FOUND);
  });

  test("the random SSRC differs each time, and is never 0", () => {
    const announced = read({ encodings: [{ rid: "a" }] });
    const ssrcs = Array.from({ length: 1_000 }, () => normalizeRtpParameters(announced).encodings?.[0]?.ssrc);
    expect(new Set(ssrcs).size).toBe(1_000);
    expect(ssrcs).not.toContain(0);
  });
});

describe("One codec is used:", () => {
  test.each<[string, object[], object[]]>([
    ["the only one", [vp8], [vp8]],
    ["with its retransmissions, wherever they stand", [vp8Rtx, vp8], [vp8Rtx, vp8]],
    ["the first one, unless told otherwise", [h264Rtx, vp8, vp8Rtx, h264], [vp8, vp8Rtx]],
  ])("%s", (_what, said, spoken) => expect(codecs(...said)).toEqual(spoken));

  test("Opus with RED, which a worker takes for Opus", () => {
    const opus = { mimeType: "audio/opus", payloadType: 111, clockRate: 48_000, channels: 2 };
    const red = { ...opus, mimeType: RED_INSIDE.mimeType, payloadType: 63, channels: 4 };
    const pcmu = { mimeType: "audio/PCMU", payloadType: 0, clockRate: 8_000 };
    expect(codecs(red, opus, pcmu)).toEqual([red, opus]);
    expect(codecs(red, pcmu, opus)).toEqual([pcmu]);
  });

  const both = [vp8, vp8Rtx, h264, h264Rtx];
  const named = (...payloadTypes: (number | undefined)[]) =>
    sent({
      codecs: both,
      encodings: payloadTypes.map((codecPayloadType, index) => ({ ssrc: index + 1, codecPayloadType })),
    });

  test.each<[string, (number | undefined)[], object[]]>([
    ["the one that the encoding names", [102], [h264, h264Rtx]],
    ["the one that all name, one by silence", [undefined, 96], [vp8, vp8Rtx]],
  ])("%s", (_what, payloadTypes, spoken) => expect(named(...payloadTypes).codecs).toEqual(spoken));

  test.each<[string, (number | undefined)[]]>([
    ["two", [96, 102]],
    ["two, one by silence", [undefined, 102]],
    ["one that is not there", [55]],
  ])("%s is refused", (_what, payloadTypes) => {
    expect(() => named(...payloadTypes)).toThrow("rtpParameters.encodings: must all be of one of the codecs.");
  });

  test("retransmissions of nothing are refused", () => expect(() => codecs(vp8Rtx)).toThrow("of one of the codecs"));
});
