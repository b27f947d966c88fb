import { describe, expect, test } from "vitest";
import { RoomClientMessage } from "./client-messages.ts";

type MessageType = RoomClientMessage["type"];

const dtlsParameters = { fingerprints: [{ algorithm: "sha-256", value: Array(32).fill("0a").join(":") }] };
const rtpParameters = { codecs: [{ mimeType: "audio/opus", payloadType: 111, clockRate: 48_000, channels: 2 }] };
const [producerId, consumerId, transportId, targetPeerId] = ["p", "c", "t", "peer_b"];

/** One of each: what must be there, and what may. The compiler keeps it complete. */
const MESSAGES: Record<MessageType, { readonly must: object; readonly may?: object }> = {
  "connect-transport": { must: { transportId, dtlsParameters } },
  produce: {
    must: { kind: "audio", rtpParameters },
    may: { transportId, paused: true, source: "screen-audio", width: 0, height: 16_384 },
  },
  consume: { must: { producerId }, may: { rtpCapabilities: {}, transportId, paused: false } },
  "set-preferred-layer": { must: { consumerId, spatialLayer: 0 }, may: { temporalLayer: 7 } },
  "leave-room": { must: {} },
  "e2ee-announce": { must: { publicKey: "cHVi-_+/=", keyId: 0 } },
  "e2ee-key": { must: { targetPeerId, keyId: "k", wrappedKey: "d3Jh", wrapIv: "aXY" } },
  "e2ee-request-key": { must: { targetPeerId } },
  "pause-producer": { must: { producerId } },
  "resume-producer": { must: { producerId } },
  "close-producer": { must: { producerId } },
  "pause-consumer": { must: { consumerId } },
  "resume-consumer": { must: { consumerId } },
  "close-consumer": { must: { consumerId } },
  "set-priority": { must: { consumerId, priority: 255 } },
  "set-view": {
    must: {
      views: [
        { consumerId, visible: true },
        { consumerId: "d", visible: false, width: 1, height: 2 },
      ],
    },
  },
  "set-audio-levels": { must: { enabled: false } },
  "restart-ice": { must: { transportId } },
  "produce-data": {
    must: { sctpStreamParameters: { streamId: 0 } },
    may: { label: "", protocol: "", targetPeerId, transportId },
  },
  "consume-data": { must: { dataProducerId: "d" }, may: { transportId, paused: true } },
  "resume-data-consumer": { must: { dataConsumerId: "d" } },
  "close-data-producer": { must: { dataProducerId: "d" } },
  "close-data-consumer": { must: { dataConsumerId: "d" } },
  "ice-failure": { must: { reason: "no_relay" } },
  ping: { must: {} },
  "get-stats": { must: {}, may: { producerId, consumerId, transportId } },
};

const isAccepted = (message: object): boolean => RoomClientMessage.safeParse(message).success;

describe.each(Object.keys(MESSAGES) as MessageType[])("%s", (type) => {
  const { must, may = {} } = MESSAGES[type];
  const full = { type, ...must, ...may, requestId: "r" };

  test("is accepted with all that it may have, and with what it must", () => {
    expect(RoomClientMessage.parse(full)).toEqual(full);
    expect(RoomClientMessage.parse({ type, ...must })).toEqual({ type, ...must });
  });

  test.each(Object.keys(must))("is refused without %s", (name) => {
    expect(isAccepted({ ...full, [name]: undefined })).toBe(false);
    expect(isAccepted({ ...full, [name]: null })).toBe(false);
  });

  test.each([...Object.keys({ ...must, ...may }), "requestId"])("is refused with a %s of another type", (name) => {
    for (const value of [null, Symbol("x"), [[]]]) expect(isAccepted({ ...full, [name]: value })).toBe(false);
  });

  test("loses what nobody knows", () => {
    expect(RoomClientMessage.parse({ ...full, since: 1 })).toEqual(full);
  });
});

describe("Bounds:", () => {
  const announce = (fields: object) => ({ type: "e2ee-announce", publicKey: "a", keyId: 1, ...fields });
  const key = (fields: object) => ({
    type: "e2ee-key",
    targetPeerId,
    keyId: 1,
    wrappedKey: "a",
    wrapIv: "a",
    ...fields,
  });
  const produce = (fields: object) => ({ type: "produce", kind: "video", rtpParameters, ...fields });
  const views = (count: number, more: object = {}) => ({
    type: "set-view",
    views: Array.from({ length: count }, (_none, index) => ({ consumerId: `c${index}`, visible: true, ...more })),
  });

  test.each<[string, object]>([
    ["an id of 64 characters", { type: "close-producer", producerId: "p".repeat(64) }],
    ["a request id of 128 characters", { type: "get-stats", requestId: "r".repeat(128) }],
    ["a public key of 256 characters", announce({ publicKey: "A".repeat(256) })],
    ["a key id as large as exact integers go", announce({ keyId: Number.MAX_SAFE_INTEGER })],
    ["a key id of 128 characters", announce({ keyId: "k".repeat(128) })],
    ["a wrapped key of 1,024 characters", key({ wrappedKey: "A".repeat(1_024), wrapIv: "A".repeat(64) })],
    [
      "a label of 256 characters",
      { type: "produce-data", sctpStreamParameters: { streamId: 0 }, label: "é".repeat(256) },
    ],
    ["256 views", views(256, { width: 16_384, height: 0 })],
    ["a source with every sign that it may have", produce({ source: "az09_.:-" })],
  ])("%s", (_what, message) => expect(isAccepted(message)).toBe(true));

  test.each<[string, object]>([
    ["two views of one consumer", { type: "set-view", views: [1, 2].map(() => ({ consumerId, visible: true })) }],
    ["an empty id", { type: "close-producer", producerId: "" }],
    ["an id of 65 characters", { type: "close-producer", producerId: "p".repeat(65) }],
    ["a public key of 257 characters", announce({ publicKey: "A".repeat(257) })],
    ["a public key that is no Base64", announce({ publicKey: "a\n" })],
    ["a negative key id", announce({ keyId: -1 })],
    ["an empty key id", announce({ keyId: "" })],
    ["a key id of 129 characters", announce({ keyId: "k".repeat(129) })],
    ["a wrapped key of 1,025 characters", key({ wrappedKey: "A".repeat(1_025) })],
    ["an initialization vector of 65 characters", key({ wrapIv: "A".repeat(65) })],
    ["a target that is no peer", key({ targetPeerId: "bob" })],
    [
      "a label of 257 characters",
      { type: "produce-data", sctpStreamParameters: { streamId: 0 }, label: "l".repeat(257) },
    ],
    ["no view", views(0)],
    ["257 views", views(257)],
    ["a view that is wider than any screen", views(1, { width: 16_385 })],
    ["a view of half a pixel", views(1, { height: 0.5 })],
    ["a layer beyond all", { type: "set-preferred-layer", consumerId, spatialLayer: 8 }],
    ["a layer below all", { type: "set-preferred-layer", consumerId, spatialLayer: 0, temporalLayer: -1 }],
    ["no priority", { type: "set-priority", consumerId, priority: 0 }],
    ["too high a priority", { type: "set-priority", consumerId, priority: 256 }],
    ["an empty source", produce({ source: "" })],
    ["a source of 33 characters", produce({ source: "s".repeat(33) })],
    ["a source in capitals", produce({ source: "Camera" })],
    ["a kind that is none", produce({ kind: "data" })],
  ])("not %s", (_what, message) => expect(isAccepted(message)).toBe(false));
});

describe("No message is", () => {
  test.each<[string, unknown]>([
    ["nothing", null],
    ["a text", "get-stats"],
    ["a list", [{ type: "get-stats" }]],
    ["without type", {}],
    ["of a type that nobody knows", { type: "teleport" }],
    ["of a type that every object has", { type: "constructor" }],
    ["of a type behind a prototype", JSON.parse('{"__proto__":{"type":"leave-room"}}')],
  ])("%s", (_what, message) => expect(RoomClientMessage.safeParse(message).success).toBe(false));
});
