import type { MediaLink } from "@radist-tech/testkit/media-link";
import { RtpHeader } from "werift";

/** What a test sends, with nothing in it that matters otherwise. */
export interface Packet {
  readonly ssrc: number;
  /** Of VP8, unless told otherwise. */
  readonly payloadType?: number | undefined;
  /** RTP header extensions; an empty one has a length of 0, which only the form with two bytes has (RFC 8285). */
  readonly mid?: string | undefined;
  readonly rid?: string | undefined;
  readonly repairedRid?: string | undefined;
  readonly twoBytes?: boolean | undefined;
  /** A key frame of VP8, for whoever looks no further, unless told otherwise. */
  readonly payload?: Uint8Array | undefined;
}

export const VP8 = 96;
export const VP8_RTX = 97;
export const H264 = 102;

const MID = 1;
const RID = 2;
const REPAIRED_RID = 3;
const ONE_BYTE = 0xbe_de;
const TWO_BYTES = 0x10_00;
export const KEY_FRAME = Uint8Array.of(0x10, 0, 0, 0);
export const OTHER_FRAME = Uint8Array.of(0x10, 1, 0, 0);

const vp8 = {
  mimeType: "video/VP8",
  payloadType: VP8,
  clockRate: 90_000,
  rtcpFeedback: [{ type: "nack" }, { type: "nack", parameter: "pli" }],
};
const vp8Rtx = { mimeType: "video/rtx", payloadType: VP8_RTX, clockRate: 90_000, parameters: { apt: VP8 } };
const h264 = {
  mimeType: "video/H264",
  payloadType: H264,
  clockRate: 90_000,
  parameters: { "packetization-mode": 1, "profile-level-id": "42e01f", "level-asymmetry-allowed": 1 },
};

/** A producer of these encodings, which speaks VP8 unless they say otherwise. */
export const produceOf = (encodings: readonly object[] | undefined, more: object = {}) => ({
  type: "produce",
  kind: "video",
  rtpParameters: {
    mid: "m",
    codecs: [vp8, vp8Rtx],
    headerExtensions: [
      { uri: "urn:ietf:params:rtp-hdrext:sdes:mid", id: MID },
      { uri: "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id", id: RID },
      { uri: "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id", id: REPAIRED_RID },
    ],
    ...(encodings && { encodings }),
    ...more,
  },
});

/** Two codecs, of which the encodings may take either. */
export const TWO_CODECS = { codecs: [h264, vp8, vp8Rtx] };

let sequenceNumber = 0;

export function sendTo(link: MediaLink, packet: Packet): void {
  const { ssrc, payloadType = VP8, mid, rid, repairedRid, twoBytes = false, payload = KEY_FRAME } = packet;
  const extensions = Object.entries({ [MID]: mid, [RID]: rid, [REPAIRED_RID]: repairedRid }).flatMap(([id, value]) =>
    value === undefined || (value === "" && !twoBytes) ? [] : [{ id: Number(id), payload: Buffer.from(value) }],
  );
  sequenceNumber++;
  const header = new RtpHeader({
    ssrc,
    payloadType,
    sequenceNumber,
    timestamp: sequenceNumber * 3_000,
    extension: extensions.length > 0,
    extensionProfile: twoBytes ? TWO_BYTES : ONE_BYTE,
    extensions,
  });
  link.sendRtp(Buffer.from(payload), header);
}
