import type { RtpParameters } from "@radist-tech/protocol";

/** So many peers, of whom the first `producers` send one voice each; everybody takes all voices but its own. */
export interface Formation {
  readonly peers: number;
  readonly producers: number;
}

/** How long it took to form, milliseconds. */
export interface Formed {
  /** Until all peers have their transports. */
  readonly joiningMs: number;
  /** From there until all consumers are there. */
  readonly connectingMs: number;
  /** CPU time that the process beside the worker used for it, milliseconds. */
  readonly connectingCpuMs: number;
}

export const consumersIn = ({ peers, producers }: Formation): number => producers * (peers - 1);

/** What a browser offers for its microphone. */
export const voice = (ssrc: number): RtpParameters => ({
  codecs: [{ mimeType: "audio/opus", payloadType: 111, clockRate: 48_000, channels: 2 }],
  headerExtensions: [{ uri: "urn:ietf:params:rtp-hdrext:ssrc-audio-level", id: LEVEL_EXTENSION }],
  encodings: [{ ssrc }],
});

export const LEVEL_EXTENSION = 1;
