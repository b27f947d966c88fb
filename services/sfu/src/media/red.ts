import { Refusal, type RtpCapabilities, type RtpParameters } from "@radist-tech/protocol";
import type { types } from "mediasoup";

// RED (RFC 2198) carries each frame of Opus along with the one before it, so that a lost packet costs nothing.
// mediasoup 3.27 takes no producer of RED, but forwards the packets of any audio codec as they are. So inside, RED goes by
// a name of Opus that no browser speaks and rooms do not offer; outside, it is `audio/red`.

const INSIDE = "audio/multiopus";
const OUTSIDE = "audio/red";

/**
 * RED names what it carries by a payload type inside the packet, which is not translated: it has to be the same for
 * sender and receiver. Chromium and Safari have always used this one for Opus.
 */
export const OPUS_PAYLOAD_TYPE = 111;

const FORM = { clockRate: 48_000, channels: 4 };
const SETTINGS = { channel_mapping: "0,1,2,3", num_streams: 2, coupled_streams: 2 };

/** RED as the media worker knows it. */
export const RED_INSIDE: types.RouterRtpCodecCapability = {
  kind: "audio",
  mimeType: INSIDE,
  ...FORM,
  parameters: SETTINGS,
};

interface Named {
  readonly mimeType: string;
}

const is =
  (name: string) =>
  ({ mimeType }: Named): boolean =>
    mimeType.toLowerCase() === name;
/** Whether a codec is RED, in the worker's words. */
export const isRed = is(INSIDE);
const isOutside = is(OUTSIDE);
const isOpus = is("audio/opus");

export const hasRed = ({ codecs = [] }: { readonly codecs?: readonly Named[] | undefined }): boolean =>
  codecs.some(isRed);

/**
 * What a client sends, in the worker's words.
 *
 * @param isAllowed whether this client may send RED
 * @throws {Refusal} `invalid_message`
 */
export function producedInside(rtpParameters: RtpParameters, isAllowed: boolean): RtpParameters {
  const { codecs, encodings } = rtpParameters;
  const refuse = (why: string) => new Refusal("invalid_message", `rtpParameters.codecs: ${why}.`);
  if (codecs.some(isRed)) throw refuse(`${INSIDE} is not spoken here`);
  const red = codecs.find(isOutside);
  if (!red) return rtpParameters;
  if (!isAllowed) throw refuse(`${OUTSIDE} needs the feature red, and a room that does not require encryption`);
  if (encodings && encodings.length > 1) throw refuse(`${OUTSIDE} is sent in one encoding`);
  const opus = codecs.find((codec) => isOpus(codec) && codec.payloadType === OPUS_PAYLOAD_TYPE);
  if (!opus) throw refuse(`${OUTSIDE} carries audio/opus, which must be there too, as ${OPUS_PAYLOAD_TYPE}`);
  return {
    ...rtpParameters,
    // First: browsers begin with it, and a worker knows a stream by the codec that it names, or else by the first one.
    codecs: [
      {
        ...opus,
        mimeType: INSIDE,
        payloadType: red.payloadType,
        ...FORM,
        parameters: { ...opus.parameters, ...SETTINGS },
      },
      ...codecs.filter((codec) => codec !== red),
    ],
    ...(encodings && { encodings: encodings.map(({ codecPayloadType: _first, ...encoding }) => encoding) }),
  };
}

/** What a client can receive, in the worker's words. */
export function capableInside(capabilities: RtpCapabilities, isAllowed: boolean): RtpCapabilities {
  const { codecs = [] } = capabilities;
  return {
    ...capabilities,
    codecs: codecs
      .filter((codec) => !isRed(codec) && (isAllowed || !isOutside(codec)))
      .map((codec) => (isOutside(codec) ? { ...codec, mimeType: INSIDE, ...FORM, parameters: SETTINGS } : codec)),
  };
}

/** What a consumer gets, or a room offers, in browsers' words: Opus first, as what RED refers to. */
export function outside<Codec extends Named>(codecs: readonly Codec[]): Codec[] {
  const red = codecs.filter(isRed).map((codec) => ({ ...codec, mimeType: OUTSIDE, channels: 2, parameters: {} }));
  return [...codecs.filter((codec) => !isRed(codec)), ...red];
}

/** What a room offers to a client that does not know of RED. */
export const withoutRed = <Codec extends Named>(codecs: readonly Codec[]): Codec[] =>
  codecs.filter((codec) => !isRed(codec));
