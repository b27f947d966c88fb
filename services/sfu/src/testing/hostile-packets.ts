import fc from "fast-check";
import { H264, type Packet, VP8, VP8_RTX } from "./rtp.ts";

/*
 * Streams as no honest sender would announce them, and packets that it would not send. Everything is out of small
 * pools, so that a packet is often one that was announced, or almost.
 */

const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });
const ssrcs = fc.constantFrom(0, 1, 2, 3, 4, 4_294_967_295);
const RIDS = ["a", "b", "c"];

/** Mostly such that a producer can be made of them. */
export const someEncodings = fc.uniqueArray(
  fc.record(
    {
      ssrc: ssrcs,
      rid: fc.constantFrom(...RIDS),
      rtx: fc.record({ ssrc: fc.constantFrom(0, 8, 9) }),
      codecPayloadType: fc.constantFrom(VP8, VP8, VP8, H264),
      scalabilityMode: fc.constantFrom("L1T1", "L1T3"),
    },
    { requiredKeys: [] },
  ),
  { minLength: 1, maxLength: 3, selector: ({ ssrc, rid }) => ssrc || rid },
);

export const somePackets: fc.Arbitrary<Packet[]> = fc.array(
  fc.record({
    ssrc: fc.oneof(ssrcs, fc.constantFrom(5, 6, 7, 8, 9)),
    payloadType: fc.constantFrom(VP8, VP8, VP8, VP8, VP8_RTX, VP8_RTX, H264, 0),
    mid: maybe(fc.constantFrom("m", "m", "m", "nobody's", "")),
    rid: maybe(fc.constantFrom(...RIDS, "nobody's", "")),
    repairedRid: maybe(fc.constantFrom(...RIDS, "nobody's", "")),
    twoBytes: fc.boolean(),
    payload: maybe(fc.uint8Array({ maxLength: 30 })),
  }),
  { minLength: 20, maxLength: 40 },
);
