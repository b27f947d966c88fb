import type { types } from "mediasoup-client";
import type { RoomSource, VideoCodec } from "../types.ts";
import { encodingsFor } from "./encodings.ts";

/** Otherwise browsers start at 300 kbit/s, and need seconds to reach a good picture from there. */
const VIDEO_START_KBITS = 1_000;

/** What decides how a browser sends to a room. */
export type SendingDevice = Pick<types.Device, "sendRtpCapabilities" | "handlerName">;

/** How this browser sends a track to this room. */
export function produceOptions(
  device: SendingDevice,
  track: MediaStreamTrack,
  { source, codec, simulcast }: { source: RoomSource; codec: VideoCodec; simulcast: boolean },
): types.ProducerOptions {
  if (track.kind === "audio") {
    const isVoice = source === "microphone";
    // With DTX silence costs almost nothing; with FEC a lost packet is restored from the next one (RFC 6716, section 2.1.7).
    return { track, codecOptions: { opusDtx: isVoice, opusFec: true, opusStereo: !isVoice } };
  }
  const { codecs = [] } = device.sendRtpCapabilities;
  const find = (name: VideoCodec) => codecs.find(({ mimeType }) => mimeType.toLowerCase() === `video/${name}`);
  const wanted = find(codec);
  const chosen = wanted ?? find("vp8");
  const { width, height } = track.getSettings();
  const encodings = encodingsFor({
    kind: source === "screen" ? "screen" : "camera",
    codec: wanted ? codec : "vp8",
    simulcast,
    canSvc: device.handlerName.startsWith("Chrome"),
    width,
    height,
  });
  return {
    track,
    encodings,
    ...(chosen && { codec: chosen }),
    codecOptions: { videoGoogleStartBitrate: VIDEO_START_KBITS },
  };
}
