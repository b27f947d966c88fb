import { describe, expect, test } from "vitest";
import { newReconnectToken } from "../credentials.ts";
import { RoomServerMessage } from "./server-messages.ts";

type MessageType = RoomServerMessage["type"];

const [peerId, fromPeerId, producerId, consumerId, dataProducerId] = ["peer_a", "peer_a", "p", "c", "d"];
const roomId = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
const transport = {
  id: "t",
  iceParameters: { usernameFragment: "u", password: "p", iceLite: true },
  iceCandidates: [
    {
      foundation: "tcpcandidate",
      priority: 1,
      ip: "::1",
      address: "::1",
      protocol: "tcp",
      port: 1,
      type: "host",
      tcpType: "passive",
    },
  ],
  dtlsParameters: { role: "auto", fingerprints: [{ algorithm: "sha-256", value: "0A" }] },
  sctpParameters: { port: 5_000, OS: 1_024, MIS: 1_024, maxMessageSize: 262_144 },
};
const rtpParameters = {
  mid: "0",
  codecs: [{ mimeType: "video/VP8", payloadType: 101, clockRate: 90_000, parameters: {}, rtcpFeedback: [] }],
  encodings: [{ ssrc: 1, rtx: { ssrc: 2 }, scalabilityMode: "L4T3" }],
};
const someone = { peerId, name: "Ann", metadata: [1], producers: [{ producerId, kind: "audio", paused: true }] };
const resumeToken = newReconnectToken();

/** One of each, with all that it may carry. The compiler keeps it complete. */
const MESSAGES: Record<MessageType, object> = {
  "room-joined": {
    roomId,
    peerId,
    sendTransport: transport,
    recvTransport: transport,
    existingPeers: [
      { ...someone, dataProducers: [{ dataProducerId, label: "", protocol: "" }], status: "disconnected" },
    ],
    routerRtpCapabilities: { codecs: [], headerExtensions: [] },
    resumeToken,
    iceServers: [{ urls: "stun:stun.example.com" }],
    maxParticipants: null,
    e2ee: "required",
    canPublish: true,
    canSubscribe: false,
    migrated: true,
  },
  "room-resumed": {
    roomId,
    peerId,
    existingPeers: [someone],
    producers: [{ producerId, kind: "video" }],
    consumers: [{ consumerId, producerId, paused: true }],
    dataProducers: [{ dataProducerId, label: "chat", protocol: "" }],
    dataConsumers: [{ dataConsumerId: "e", dataProducerId }],
    resumeToken,
    iceServers: [],
  },
  "transport-connected": { transportId: "t", requestId: "r" },
  "ice-restarted": { transportId: "t", iceParameters: transport.iceParameters, requestId: "r" },
  produced: { producerId, kind: "audio", requestId: "r" },
  "new-producer": { peerId, producerId, kind: "video", source: "screen", paused: false },
  "consumer-parameters": {
    peerId,
    consumerId,
    producerId,
    kind: "video",
    rtpParameters,
    paused: false,
    producerPaused: true,
  },
  "data-produced": { dataProducerId },
  "data-consumer-parameters": {
    peerId,
    dataConsumerId: "e",
    dataProducerId,
    sctpStreamParameters: { streamId: 0, ordered: true },
    label: "",
    protocol: "",
  },
  stats: { stats: [{ type: "webrtc-transport", nested: { a: [1] } }] },
  ack: { requestId: "r" },
  pong: {},
  "ice-servers": { iceServers: [{ urls: "stun:stun.example.com" }] },
  "peer-left": { peerId, reason: "kicked" },
  "peer-joined": { peerId, identity: "a", name: "Ann", metadata: null },
  "peer-disconnected": { peerId },
  "peer-resumed": { peerId },
  "producer-paused": { peerId, producerId },
  "producer-resumed": { peerId, producerId },
  "producer-closed": { peerId, producerId },
  "active-speaker": { peerId: null, producerId: null },
  "consumer-layers-changed": { consumerId, spatialLayer: null, temporalLayer: 2 },
  "consumer-score": { consumerId, score: 0, producerScore: 10 },
  "new-data-producer": { peerId, dataProducerId, label: "chat", protocol: "json" },
  "data-producer-closed": { peerId, dataProducerId },
  "data-consumer-ready": { dataProducerId, peerId },
  "producer-layers": { producerId, spatialLayer: -1 },
  "audio-levels": { levels: [{ peerId, producerId, volume: -127 }] },
  "e2ee-peer-announced": { fromPeerId, publicKey: "cHVi", keyId: 0 },
  "e2ee-peer-key": { fromPeerId, keyId: "k", wrappedKey: "d3Jh", wrapIv: "aXY" },
  "e2ee-key-requested": { fromPeerId },
  error: { code: "producer_not_found", message: "No such producer.", requestId: "r" },
};

test.each(Object.entries(MESSAGES))("%s is one of the contract", (type, fields) => {
  expect(RoomServerMessage.parse({ type, ...fields })).toEqual({ type, ...fields });
});

describe("None of the contract is", () => {
  test.each<[string, MessageType, object]>([
    ["a joining without transports", "room-joined", { recvTransport: undefined }],
    ["a joining of no peer", "room-joined", { peerId: "bob" }],
    ["a leaving for a reason of its own", "peer-left", { reason: "bored" }],
    ["an ack of nothing", "ack", { requestId: undefined }],
    ["a demand below nothing", "producer-layers", { spatialLayer: -2 }],
    ["a voice above the loudest", "audio-levels", { levels: [{ peerId, producerId, volume: 1 }] }],
    ["an error that the table does not know", "error", { code: "oops" }],
  ])("%s", (_what, type, fields) => {
    expect(RoomServerMessage.safeParse({ type, ...MESSAGES[type], ...fields }).success).toBe(false);
  });
});
