import { describe, expect, test } from "vitest";
import { dtlsFingerprint } from "./dtls-fingerprint.ts";

const hex = (first: number, length = 32) =>
  Array.from({ length }, (_, index) => ((first + index) & 0xff).toString(16).padStart(2, "0").toUpperCase()).join(":");
const bytes = (first: number, length = 32) => new Uint8Array(length).map((_, index) => (first + index) & 0xff);

const sdp = (...lines: string[]) =>
  ["v=0", "o=- 1 2 IN IP4 127.0.0.1", "s=-", "t=0 0", ...lines, "m=audio 9 UDP/TLS/RTP/SAVPF 111"].join("\r\n");

describe("The fingerprint is", () => {
  test.each([
    ["that of the session", sdp(`a=fingerprint:sha-256 ${hex(1)}`), bytes(1)],
    ["in small letters too", sdp(`a=fingerprint:SHA-256 ${hex(1).toLowerCase()}`), bytes(1)],
    [
      "that of each part",
      sdp(`a=fingerprint:sha-256 ${hex(1)}`, "m=video", `a=fingerprint:sha-256 ${hex(1)}`),
      bytes(1),
    ],
    ["by another hash", sdp(`a=fingerprint:sha-512 ${hex(1, 64)}`), bytes(1, 64)],
    ["at the end without a line feed", `a=fingerprint:sha-256 ${hex(9)}`, bytes(9)],
  ])("%s", (_what, text, expected) => expect(dtlsFingerprint(text)).toEqual(expected));
});

describe("There is none", () => {
  test.each([
    ["without a line for it", sdp()],
    ["in nothing", ""],
    [
      "with two, either of which may be accepted",
      sdp(`a=fingerprint:sha-256 ${hex(1)}`, `a=fingerprint:sha-256 ${hex(2)}`),
    ],
    [
      "with two parts that differ",
      sdp(`a=fingerprint:sha-256 ${hex(1)}`, "m=video", `a=fingerprint:sha-256 ${hex(2)}`),
    ],
    ["with two hashes", sdp(`a=fingerprint:sha-256 ${hex(1)}`, `a=fingerprint:sha-512 ${hex(1, 64)}`)],
    ["with one beside it that cannot be read", sdp(`a=fingerprint:sha-256 ${hex(1)}`, "a=fingerprint:sha-256")],
    ["with one beside it in capitals", sdp(`a=fingerprint:sha-256 ${hex(1)}`, `A=FINGERPRINT:sha-256 ${hex(2)}`)],
    ["after a lone carriage return", `${sdp(`a=fingerprint:sha-256 ${hex(1)}`)}\ra=fingerprint:sha-256 ${hex(2)}`],
    ["by a hash that can be forged", sdp(`a=fingerprint:sha-1 ${hex(1, 20)}`)],
    ["by a hash that nobody knows", sdp(`a=fingerprint:sha-999 ${hex(1)}`)],
    ["of a wrong length", sdp(`a=fingerprint:sha-256 ${hex(1, 31)}`)],
    ["that is no hexadecimal text", sdp(`a=fingerprint:sha-256 ${hex(1).replace("01", "0G")}`)],
  ])("%s", (_what, text) => expect(dtlsFingerprint(text)).toBeUndefined());
});
