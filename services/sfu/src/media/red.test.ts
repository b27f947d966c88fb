import { Refusal, RtpCapabilities, RtpParameters } from "@radist-tech/protocol";
import { describe, expect, test } from "vitest";
import { capableInside, hasRed, OPUS_PAYLOAD_TYPE, outside, producedInside, RED_INSIDE, withoutRed } from "./red.ts";

const opus = (more: object = {}) => ({
  mimeType: "audio/opus",
  payloadType: OPUS_PAYLOAD_TYPE,
  clockRate: 48_000,
  channels: 2,
  parameters: { useinbandfec: 1, usedtx: 1 },
  rtcpFeedback: [{ type: "nack" }],
  ...more,
});
const red = { mimeType: "audio/red", payloadType: 63, clockRate: 48_000, channels: 2 };
const parameters = (codecs: object[], more: object = {}) =>
  RtpParameters.parse({ codecs, encodings: [{ ssrc: 1 }], ...more });

describe("What is produced", () => {
  test("as Opus alone stays as it is", () => {
    const given = parameters([opus()]);
    expect(producedInside(given, true)).toBe(given);
    expect(hasRed(given)).toBe(false);
  });

  test.each([["audio/red"], ["audio/RED"]])(
    "with %s comes first, under the inner name, with the settings of its Opus",
    (mimeType) => {
      const inside = producedInside(parameters([opus(), { ...red, mimeType }]), true);
      expect(inside.codecs).toEqual([
        {
          mimeType: RED_INSIDE.mimeType,
          payloadType: 63,
          clockRate: 48_000,
          channels: 4,
          parameters: { useinbandfec: 1, usedtx: 1, ...RED_INSIDE.parameters },
          rtcpFeedback: [{ type: "nack" }],
        },
        opus(),
      ]);
      expect(hasRed(inside)).toBe(true);
    },
  );

  test("is not changed by a codec that an encoding names", () => {
    const given = parameters([opus(), red], { encodings: [{ ssrc: 1, codecPayloadType: 111, dtx: true }] });
    expect(producedInside(given, true).encodings).toEqual([{ ssrc: 1, dtx: true }]);
  });

  test.each([
    ["RED by who may not send it", [opus(), red], false],
    ["RED alone", [red], true],
    ["RED of an Opus that receivers know by another payload type", [opus({ payloadType: 96 }), red], true],
    ["RED of another codec", [{ ...opus(), mimeType: "audio/PCMU" }, red], true],
    ["the inner name", [opus(), { ...red, mimeType: "audio/multiopus", channels: 4 }], true],
    ["the inner name, in capitals", [{ ...red, mimeType: "AUDIO/MultiOpus", channels: 4 }], false],
  ])("%s is refused", (_what, codecs, isAllowed) => {
    expect(() => producedInside(parameters(codecs), isAllowed)).toThrow(Refusal);
  });
});

test("RED in several encodings is refused", () => {
  const several = parameters([opus(), red], { encodings: [{ ssrc: 1 }, { ssrc: 2 }] });
  expect(() => producedInside(several, true)).toThrow(Refusal);
});

describe("A receiver's capabilities", () => {
  const capable = (...names: string[]) =>
    RtpCapabilities.parse({
      codecs: names.map((mimeType) => ({ kind: "audio", mimeType, clockRate: 48_000, channels: 2 })),
    });
  const namesOf = ({ codecs = [] }: RtpCapabilities) => codecs.map(({ mimeType }) => mimeType);

  test.each([
    [["audio/opus", "audio/red"], true, ["audio/opus", RED_INSIDE.mimeType]],
    [["audio/opus", "audio/red"], false, ["audio/opus"]],
    [["audio/opus"], true, ["audio/opus"]],
    [["audio/opus", "audio/multiopus"], true, ["audio/opus"]],
    [["audio/multiopus", "audio/red"], false, []],
  ])("%j, RED allowed: %s, gets %j", (names, isAllowed, expected) => {
    const inside = capableInside(capable(...names), isAllowed);
    expect(namesOf(inside)).toEqual(expected);
    expect(hasRed(inside)).toBe(isAllowed && names.includes("audio/red"));
  });

  test("without codecs stay without", () => {
    expect(capableInside({}, true)).toEqual({ codecs: [] });
  });
});

test("To clients it is RED again, listed after the Opus that it carries", () => {
  const { codecs } = producedInside(parameters([opus(), red]), true);
  expect(outside(codecs)).toEqual([opus(), { ...red, parameters: {}, rtcpFeedback: [{ type: "nack" }] }]);
  expect(withoutRed(codecs)).toEqual([opus()]);
  expect(outside([opus()])).toEqual([opus()]);
});
