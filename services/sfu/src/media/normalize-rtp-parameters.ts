import { randomInt } from "node:crypto";
import { Refusal, type RtpParameters } from "@radist-tech/protocol";
import { isRed, OPUS_PAYLOAD_TYPE } from "./red.ts";

type Codec = RtpParameters["codecs"][number];
type Encoding = NonNullable<RtpParameters["encodings"]>[number];

/**
 * What a publisher says that it sends, made such that the media worker can read a packet in one way only. The worker of
 * mediasoup 3.27.1 takes that for granted:
 *
 * - `Producer::GetRtpStream()` (`worker/src/RTC/Producer.cpp`) looks for an encoding by SSRC, then by RID, then takes
 *   the only one; an encoding without an SSRC has SSRC 0 there. One that is found in a second way fails
 *   `MS_ASSERT(!this->rtpStreamByEncodingIdx[encodingIdx])`, and that ends the worker. So each is found by its SSRC, or
 *   by its RID, with a random SSRC that is not disclosed: of packets with guessed ones, one in 2^32 matches.
 * - A consumer's encoding context is that of the first codec (`Consumer.cpp`), and the `Process()` of whichever codec a
 *   packet has takes it for its own (`RTP/Codecs/*.cpp`), beyond its end too. So there is one codec, with its RTX, or with RED, which is Opus as well to a worker.
 *
 * mediasoup-client, with each of its browsers, means the same before and after: it names one codec, and the SSRCs that
 * are in the SDP, or the RIDs of several streams whose SSRCs are not.
 *
 * @param newSsrc an SSRC that cannot be foreseen, and is not 0
 * @throws {Refusal} `invalid_message`
 */
export function normalizeRtpParameters(rtpParameters: RtpParameters, newSsrc = randomSsrc): RtpParameters {
  const { codecs, encodings = [{}] } = rtpParameters;
  const firstMedia = codecs.find((codec) => carriedBy(codec) === undefined)?.payloadType;
  const payloadTypes = new Set(encodings.map(({ codecPayloadType = firstMedia }) => codecPayloadType));
  const spoken = codecs.filter((codec) => payloadTypes.has(carriedBy(codec) ?? codec.payloadType));
  if (payloadTypes.size > 1 || spoken.length === 0) {
    throw new Refusal("invalid_message", "rtpParameters.encodings: must all be of one of the codecs.");
  }
  return { ...rtpParameters, codecs: spoken, encodings: encodings.map((each) => foundInOneWay(each, newSsrc)) };
}

function foundInOneWay(encoding: Encoding, newSsrc: () => number): Encoding {
  const { ssrc, rid, ...known } = encoding;
  // To mediasoup, 0 is none.
  if (ssrc) return { ...known, ssrc };
  if (rid === undefined) {
    throw new Refusal("invalid_message", "rtpParameters.encodings: each must have an ssrc or a rid.");
  }
  // Retransmissions are found by the repaired RID: by an SSRC of theirs, they would be those of the unknown one.
  const { rtx: _rtx, ...byRid } = known;
  return { ...byRid, rid, ssrc: newSsrc() };
}

const randomSsrc = (): number => randomInt(1, 2 ** 32);

/** The payload type of what an RTX codec repeats (RFC 4588), or RED carries; nothing for a codec that stands for itself. */
function carriedBy(codec: Codec): number | undefined {
  if (isRed(codec)) return OPUS_PAYLOAD_TYPE;
  return codec.mimeType.toLowerCase().endsWith("/rtx") ? Number(codec.parameters?.apt) : undefined;
}
