import type { types } from "mediasoup";
import { OPUS_PAYLOAD_TYPE, RED_INSIDE } from "./red.ts";

/**
 * What rooms speak, in the order of preference. H264 is constrained baseline, packetization mode 1, which every browser
 * has. DTX and in-band FEC of Opus are the senders' choice (RFC 7587).
 */
export const MEDIA_CODECS: types.RouterRtpCodecCapability[] = [
  { kind: "audio", mimeType: "audio/opus", clockRate: 48_000, channels: 2, preferredPayloadType: OPUS_PAYLOAD_TYPE },
  { kind: "video", mimeType: "video/VP8", clockRate: 90_000 },
  { kind: "video", mimeType: "video/VP9", clockRate: 90_000, parameters: { "profile-id": 0 } },
  {
    kind: "video",
    mimeType: "video/H264",
    clockRate: 90_000,
    parameters: { "packetization-mode": 1, "profile-level-id": "42e01f", "level-asymmetry-allowed": 1 },
  },
  { kind: "video", mimeType: "video/AV1", clockRate: 90_000 },
  RED_INSIDE,
];
