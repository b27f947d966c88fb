import type { AnyMessage } from "@radist-tech/testkit";
import type { TestPeer } from "./test-peer.ts";

/** What a browser would send and receive, without one: parameters that a media worker accepts. */

export const DTLS = {
  role: "client",
  fingerprints: [
    {
      algorithm: "sha-256",
      value: Array.from({ length: 32 }, (_none, index) => index.toString(16).padStart(2, "0"))
        .join(":")
        .toUpperCase(),
    },
  ],
} as const;

let ssrc = 1_000;

export const opus = () => ({
  codecs: [{ mimeType: "audio/opus", payloadType: 111, clockRate: 48_000, channels: 2 }],
  headerExtensions: [{ uri: "urn:ietf:params:rtp-hdrext:ssrc-audio-level", id: 1 }],
  encodings: [{ ssrc: ssrc++ }],
});

/** Three sizes of a picture, as a simulcast sender has them. */
export const simulcast = () => ({
  mid: String(ssrc),
  codecs: [
    { mimeType: "video/VP8", payloadType: 96, clockRate: 90_000, rtcpFeedback: [{ type: "nack", parameter: "pli" }] },
  ],
  headerExtensions: [
    { uri: "urn:ietf:params:rtp-hdrext:sdes:mid", id: 2 },
    { uri: "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id", id: 3 },
  ],
  encodings: [4, 2, 1].map((scaleResolutionDownBy) => ({
    ssrc: ssrc++,
    scaleResolutionDownBy,
    scalabilityMode: "L1T3",
  })),
});

export const produceAudio = (more: object = {}) => ({ type: "produce", kind: "audio", rtpParameters: opus(), ...more });
export const produceVideo = (more: object = {}) => ({
  type: "produce",
  kind: "video",
  rtpParameters: simulcast(),
  width: 1_280,
  height: 720,
  ...more,
});

/** Capabilities of somebody who can receive all that the room speaks. */
export const capabilities = ({ joined }: TestPeer): unknown => joined.routerRtpCapabilities;

export const transportOf = ({ joined }: TestPeer, which: "sendTransport" | "recvTransport"): string =>
  (joined[which] as { id: string }).id;

export async function produceData(person: TestPeer, streamId = 0): Promise<string> {
  const answer = await person.asks({ type: "produce-data", sctpStreamParameters: { streamId, ordered: true } });
  if (answer.type !== "data-produced") throw new Error(`Not produced: ${JSON.stringify(answer)}`);
  return String(answer.dataProducerId);
}

export async function produces(person: TestPeer, message: object): Promise<string> {
  const answer = await person.asks(message);
  if (answer.type !== "produced") throw new Error(`Not produced: ${JSON.stringify(answer)}`);
  return String(answer.producerId);
}

export async function consumes(person: TestPeer, producerId: string, more: object = {}): Promise<AnyMessage> {
  const answer = await person.asks({ type: "consume", producerId, rtpCapabilities: capabilities(person), ...more });
  if (answer.type !== "consumer-parameters") throw new Error(`Not consumed: ${JSON.stringify(answer)}`);
  return answer;
}
