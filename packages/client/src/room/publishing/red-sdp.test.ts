import { describe, expect, test } from "vitest";
import { linkRed, preferRed, redPayloadType } from "./red-sdp.ts";

const lines = (...all: string[]) => `${all.join("\r\n")}\r\n`;
const HEAD = lines("v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0", "a=group:BUNDLE 0 1");
const VIDEO = lines("m=video 7 UDP/TLS/RTP/SAVPF 101", "a=rtpmap:101 VP8/90000", "a=mid:1");
const audio = (formats: string, ...rest: string[]) => lines(`m=audio 7 UDP/TLS/RTP/SAVPF ${formats}`, ...rest);

describe("An offer", () => {
  const given = audio(
    "111 109",
    "a=rtpmap:111 opus/48000/2",
    "a=rtpmap:109 red/48000/2",
    "a=fmtp:111 usedtx=1",
    "a=mid:0",
  );

  test("declares what its RED carries", () => {
    expect(linkRed(HEAD + given + VIDEO)).toBe(
      HEAD +
        audio(
          "111 109",
          "a=rtpmap:111 opus/48000/2",
          "a=rtpmap:109 red/48000/2",
          "a=fmtp:109 111/111",
          "a=fmtp:111 usedtx=1",
          "a=mid:0",
        ) +
        VIDEO,
    );
  });

  test.each([
    ["declares it already", linkRed(given)],
    ["has no RED", audio("111", "a=rtpmap:111 opus/48000/2", "a=mid:0")],
    ["has RED of something else", audio("0 109", "a=rtpmap:0 PCMU/8000", "a=rtpmap:109 red/48000/2", "a=mid:0")],
    ["has RED for video", lines("m=video 7 UDP/TLS/RTP/SAVPF 116", "a=rtpmap:116 red/90000", "a=mid:0")],
    ["has no media", ""],
  ])("that %s is left unchanged", (_what, section) => {
    expect(linkRed(HEAD + section)).toBe(HEAD + section);
  });
});

describe("An answer", () => {
  const plain = (mid: string) => audio("111", "a=rtpmap:111 opus/48000/2", "a=fmtp:111 usedtx=1", `a=mid:${mid}`);
  const doubled = (mid: string) =>
    audio(
      "63 111",
      "a=rtpmap:63 red/48000/2",
      "a=fmtp:63 111/111",
      "a=rtpmap:111 opus/48000/2",
      "a=fmtp:111 usedtx=1",
      `a=mid:${mid}`,
    );

  test("puts RED first in the sections that ask for it, and in no other", () => {
    const answer = HEAD + plain("0") + VIDEO + plain("2") + plain("12");
    expect(preferRed(answer, new Map([["2", 63]]))).toBe(HEAD + plain("0") + VIDEO + doubled("2") + plain("12"));
    expect(preferRed(answer, new Map())).toBe(answer);
    expect(preferRed(answer, new Map([["1", 63]]))).toBe(answer);
  });

  test("without Opus is left unchanged", () => {
    const answer = HEAD + audio("0", "a=rtpmap:0 PCMU/8000", "a=mid:0");
    expect(preferRed(answer, new Map([["0", 63]]))).toBe(answer);
  });
});

describe("The payload type of RED in an offer", () => {
  const offer =
    HEAD +
    audio("111 63 0", "a=mid:0", "a=rtpmap:111 opus/48000/2", "a=rtpmap:63 red/48000/2", "a=fmtp:63 111/111") +
    VIDEO +
    audio("111 0", "a=mid:2", "a=rtpmap:111 opus/48000/2");
  test.each([
    ["0", 111, 63],
    ["0", 100, undefined],
    ["1", 111, undefined],
    ["2", 111, undefined],
    ["9", 111, undefined],
  ])("in section %s for Opus %d is %s", (mid, opus, red) => {
    expect(redPayloadType(offer, mid, opus)).toBe(red);
  });
});
