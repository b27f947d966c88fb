import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { redPayload, rtpPacket } from "../testing/raw-packets.ts";
import { payloadTypeOf, unpacked } from "./red-packet.ts";

const OPUS = 111;
const RED = 109;

const frame = fc.uint8Array({ minLength: 0, maxLength: 200 });
const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });
const parts = fc.record(
  {
    payloadType: fc.constant(RED),
    sequenceNumber: fc.integer({ min: 0, max: 0xffff }),
    timestamp: uint32,
    ssrc: uint32,
    marker: fc.boolean(),
    sources: fc.array(uint32, { maxLength: 15 }),
    extension: fc.array(uint32, { maxLength: 8 }),
    padding: fc.integer({ min: 1, max: 255 }),
  },
  { requiredKeys: ["payloadType"] },
);

test("the new frame comes out under the packet's own header, whatever it repeats", () => {
  fc.assert(
    fc.property(parts, fc.array(frame, { maxLength: 4 }), frame, (header, repeated, fresh) => {
      const { padding: _gone, ...rest } = header;
      const plain = unpacked(rtpPacket(header, redPayload(OPUS, repeated, fresh)), OPUS);
      expect(plain).toEqual(new Uint8Array(rtpPacket({ ...rest, payloadType: OPUS }, fresh)));
    }),
  );
});

test("the packet that it was taken from is not changed", () => {
  const packet = rtpPacket({ payloadType: RED }, redPayload(OPUS, [Buffer.from("old")], Buffer.from("new")));
  const before = Buffer.from(packet);
  unpacked(packet, OPUS);
  expect(packet).toEqual(before);
  expect(payloadTypeOf(packet)).toBe(RED);
});

describe("Nothing comes of", () => {
  const whole = rtpPacket({ payloadType: RED }, redPayload(OPUS, [Buffer.from("old")], Buffer.from("")));
  test.each([
    ["nothing", Buffer.alloc(0)],
    ["a header alone", rtpPacket({ payloadType: RED }, Buffer.alloc(0))],
    ["a header extension that is longer than the packet", Buffer.concat([Buffer.from([0x90]), Buffer.alloc(15, 0xff)])],
    ["padding alone", rtpPacket({ payloadType: RED, padding: 7 }, Buffer.alloc(0))],
    ["more padding than packet", Buffer.concat([Buffer.from([0xa0]), Buffer.alloc(20, 0xff)])],
    ["a block's header that breaks off", rtpPacket({ payloadType: RED }, Buffer.from([0x80 | OPUS, 0, 0]))],
    ["headers without an end", rtpPacket({ payloadType: RED }, Buffer.alloc(8, 0x80))],
    ["blocks that are longer than the packet", whole.subarray(0, whole.length - 1)],
  ])("%s", (_what, packet) => {
    expect(unpacked(packet, OPUS)).toBeUndefined();
  });
});

test("any bytes do no harm", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      expect(unpacked(bytes, OPUS)?.length ?? 0).toBeLessThanOrEqual(bytes.length);
    }),
    { numRuns: 5_000 },
  );
});
