import { RoomServerMessage } from "@radist-tech/protocol";
import type { AnyMessage } from "@radist-tech/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Cluster, startCluster } from "./testing/cluster.ts";
import { capabilities, consumes, DTLS, opus, produceAudio, produces, produceVideo } from "./testing/media.ts";
import { joins, type TestPeer } from "./testing/test-peer.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster[Symbol.asyncDispose]());

const PRODUCER_ID = /^[0-9a-f-]{36}$/;

test("A newcomer gets its transports, the room's codecs and its participants.", async () => {
  const roomId = await cluster.createRoom({ maxParticipants: 5 });
  await using alice = await joins(cluster, roomId, { identity: "a", name: "Alice", metadata: { role: "host" } });
  expect(RoomServerMessage.safeParse(alice.joined).error).toBeUndefined();
  expect(alice.joined).toMatchObject({ type: "room-joined", roomId, existingPeers: [], maxParticipants: 5 });
  expect(alice.joined.sendTransport).toMatchObject({
    iceParameters: { iceLite: true },
    sctpParameters: { port: 5000 },
  });
  const producerId = await produces(alice, produceAudio({ source: "microphone" }));

  await using bob = await joins(cluster, roomId, { name: "Bob" });
  expect(bob.joined.existingPeers).toEqual([
    {
      peerId: alice.peerId,
      identity: "a",
      name: "Alice",
      metadata: { role: "host" },
      status: "connected",
      producers: [{ producerId, kind: "audio", source: "microphone", paused: false }],
      dataProducers: [],
    },
  ]);
  expect(await alice.hears("peer-joined")).toEqual({ type: "peer-joined", peerId: bob.peerId, name: "Bob" });
});

test("A producer is announced to all peers, and received by those that consume it.", async () => {
  const roomId = await cluster.createRoom();
  await using alice = await joins(cluster, roomId);
  await using bob = await joins(cluster, roomId);
  const producerId = await produces(alice, produceVideo({ source: "camera" }));
  expect(producerId).toMatch(PRODUCER_ID);
  expect(await bob.hears("new-producer")).toEqual({
    type: "new-producer",
    peerId: alice.peerId,
    producerId,
    kind: "video",
    source: "camera",
    paused: false,
  });
  const consumer = await consumes(bob, producerId);
  expect(consumer).toMatchObject({ peerId: alice.peerId, producerId, kind: "video", paused: false });
  expect(consumer.rtpParameters).toMatchObject({ codecs: [{ mimeType: "video/VP8" }, { mimeType: "video/rtx" }] });
});

test("A client that asks for no features receives only the messages of the contract.", async () => {
  const roomId = await cluster.createRoom();
  await using plain = await joins(cluster, roomId, { features: "" });
  {
    await using alice = await joins(cluster, roomId);
    const producerId = await produces(alice, produceAudio());
    await alice.asks({ type: "pause-producer", producerId });
    await alice.asks({ type: "close-producer", producerId });
    alice.says({ type: "leave-room" });
    await alice.socket.closed;
  }
  await plain.hears("peer-left");
  expect(plain.socket.messages.map(({ type }) => type)).toEqual(["room-joined", "new-producer", "peer-left"]);
});

test("A video that is hidden at first gets the layer of its size when it is shown.", async () => {
  const roomId = await cluster.createRoom();
  await using alice = await joins(cluster, roomId);
  await using bob = await joins(cluster, roomId);
  const producerId = await produces(alice, produceVideo());
  const { consumerId } = await consumes(bob, producerId);
  for (const view of [{ visible: false }, { visible: true, width: 400, height: 225 }]) {
    await bob.asks({ type: "set-view", views: [{ consumerId, ...view }] });
  }
  expect(await alice.hears("producer-layers")).toEqual({ type: "producer-layers", producerId, spatialLayer: 0 });
});

describe("Audio in RED", () => {
  const codecsOf = (person: TestPeer) =>
    (person.joined.routerRtpCapabilities as { codecs: { mimeType: string }[] }).codecs.map(({ mimeType }) => mimeType);
  const namesIn = (answer: AnyMessage) =>
    (answer.rtpParameters as { codecs: { mimeType: string }[] }).codecs.map(({ mimeType }) => mimeType);
  const redundant = () => {
    const { codecs, ...rest } = opus();
    return { ...rest, codecs: [...codecs, { mimeType: "audio/red", payloadType: 63, clockRate: 48_000, channels: 2 }] };
  };

  test("is offered to clients that know it, which receive it as such; all others receive Opus", async () => {
    const roomId = await cluster.createRoom();
    await using alice = await joins(cluster, roomId);
    await using bob = await joins(cluster, roomId);
    await using plain = await joins(cluster, roomId, { features: "" });
    expect([codecsOf(alice), codecsOf(plain)].map((codecs) => codecs.includes("audio/red"))).toEqual([true, false]);
    expect([...codecsOf(alice), ...codecsOf(plain)]).not.toContain("audio/multiopus");
    const producerId = await produces(alice, produceAudio({ rtpParameters: redundant() }));

    const twice = await consumes(bob, producerId);
    expect(namesIn(twice)).toEqual(["audio/opus", "audio/red"]);
    const once = await consumes(plain, producerId);
    expect(namesIn(once)).toEqual(["audio/opus"]);
    expect([twice.producerId, once.producerId]).toEqual([producerId, producerId]);
    const asIfKnown = { codecs: [{ kind: "audio", mimeType: "audio/red", clockRate: 48_000, channels: 2 }] };
    expect(await plain.asks({ type: "consume", producerId, rtpCapabilities: asIfKnown })).toMatchObject({
      type: "error",
      code: "cannot_consume",
    });

    await alice.asks({ type: "pause-producer", producerId });
    expect(await consumes(plain, producerId)).toMatchObject({ producerPaused: true });
    const { consumerId } = once;
    expect(await plain.asks({ type: "get-stats", consumerId })).toMatchObject({ type: "stats" });
    expect(await plain.asks({ type: "close-consumer", consumerId })).toMatchObject({ type: "ack" });
    await alice.asks({ type: "close-producer", producerId });
    expect(await plain.asks({ type: "consume", producerId })).toMatchObject({ code: "producer_not_found" });
  });

  test("is refused from clients that do not know it, and in rooms that require encryption", async () => {
    const secret = await cluster.createRoom({ e2ee: "required" });
    await using plain = await joins(cluster, await cluster.createRoom(), { features: "" });
    await using alice = await joins(cluster, secret);
    expect(codecsOf(alice)).not.toContain("audio/red");
    await alice.asks({ type: "e2ee-announce", publicKey: "a".repeat(43), keyId: 1 });
    for (const person of [plain, alice]) {
      expect(await person.asks(produceAudio({ rtpParameters: redundant() }))).toMatchObject({
        type: "error",
        code: "invalid_message",
        message: expect.stringContaining("audio/red"),
      });
    }
  });
});

describe("A request is answered:", () => {
  let alice: TestPeer;
  let bob: TestPeer;
  let producerId: string;
  beforeAll(async () => {
    const roomId = await cluster.createRoom();
    alice = await joins(cluster, roomId);
    bob = await joins(cluster, roomId);
    producerId = await produces(alice, produceAudio());
  });
  afterAll(async () => {
    await alice[Symbol.asyncDispose]();
    await bob[Symbol.asyncDispose]();
  });

  test("connect-transport, again after a lost answer", async () => {
    const transportId = (alice.joined.sendTransport as { id: string }).id;
    const connect = { type: "connect-transport", transportId, dtlsParameters: DTLS };
    expect(await alice.asks(connect)).toMatchObject({ type: "transport-connected", transportId });
    expect(await alice.asks(connect)).toMatchObject({ type: "transport-connected", transportId });
  });

  test("pause and resume, with notifications for the other peers", async () => {
    expect(await alice.asks({ type: "pause-producer", producerId })).toMatchObject({ type: "ack" });
    expect(await bob.hears("producer-paused")).toMatchObject({ peerId: alice.peerId, producerId });
    expect(await alice.asks({ type: "resume-producer", producerId })).toMatchObject({ type: "ack" });
    expect(await bob.hears("producer-resumed")).toMatchObject({ peerId: alice.peerId, producerId });
  });

  test("requests about a consumer", async () => {
    const { consumerId } = await consumes(bob, producerId);
    for (const request of [
      { type: "pause-consumer", consumerId },
      { type: "resume-consumer", consumerId },
      { type: "set-priority", consumerId, priority: 3 },
      { type: "set-preferred-layer", consumerId, spatialLayer: 0 },
      { type: "set-view", views: [{ consumerId, visible: true, width: 100, height: 50 }] },
      { type: "close-consumer", consumerId },
    ]) {
      expect(await bob.asks(request), request.type).toMatchObject({ type: "ack" });
    }
    expect(await bob.asks({ type: "close-consumer", consumerId })).toMatchObject({ code: "consumer_not_found" });
  });

  test("restart-ice and get-stats", async () => {
    const transportId = (alice.joined.recvTransport as { id: string }).id;
    const restarted = await alice.asks({ type: "restart-ice", transportId });
    expect(restarted).toMatchObject({ type: "ice-restarted", transportId });
    expect(await alice.asks({ type: "get-stats" })).toMatchObject({
      type: "stats",
      stats: [{ type: "webrtc-transport" }, { type: "webrtc-transport" }],
    });
  });

  test("data channels, to all peers and to a single one", async () => {
    const roomId = await cluster.createRoom();
    await using carol = await joins(cluster, roomId);
    await using dave = await joins(cluster, roomId);
    await using erin = await joins(cluster, roomId);
    const sctpStreamParameters = { streamId: 0, ordered: true };
    const all = await carol.asks({ type: "produce-data", sctpStreamParameters, label: "chat" });
    expect(await erin.hears("new-data-producer")).toMatchObject({ label: "chat", dataProducerId: all.dataProducerId });
    const one = await carol.asks({
      type: "produce-data",
      sctpStreamParameters: { streamId: 1, ordered: true },
      targetPeerId: dave.peerId,
    });
    await dave.hears("new-data-producer");
    expect(await dave.hears("new-data-producer")).toMatchObject({ dataProducerId: one.dataProducerId });
    const consumed = await dave.asks({ type: "consume-data", dataProducerId: one.dataProducerId });
    expect(consumed).toMatchObject({ type: "data-consumer-parameters", peerId: carol.peerId });
    expect(await erin.asks({ type: "consume-data", dataProducerId: one.dataProducerId })).toMatchObject({
      code: "producer_not_found",
    });
    await using frank = await joins(cluster, roomId);
    expect(frank.joined.existingPeers).toContainEqual(
      expect.objectContaining({ peerId: carol.peerId, dataProducers: [expect.objectContaining({ label: "chat" })] }),
    );
  });

  test("end-to-end keys are passed on, and newcomers get the last announcement", async () => {
    const roomId = await cluster.createRoom({ e2ee: "required" });
    await using carol = await joins(cluster, roomId);
    await using dave = await joins(cluster, roomId);
    expect(await carol.asks(produceAudio())).toMatchObject({ code: "e2ee_required" });
    const channel = { type: "produce-data", sctpStreamParameters: { streamId: 1, ordered: true } };
    expect(await carol.asks(channel)).toMatchObject({ code: "e2ee_required" });
    expect(await carol.asks({ type: "e2ee-announce", publicKey: "cHVi", keyId: 1 })).toMatchObject({ type: "ack" });
    await carol.asks({ type: "e2ee-announce", publicKey: "cHVi", keyId: 2 });
    await dave.hears("e2ee-peer-announced");
    await produces(carol, produceAudio());
    await using erin = await joins(cluster, roomId);
    expect(await erin.hears("e2ee-peer-announced")).toEqual({
      type: "e2ee-peer-announced",
      fromPeerId: carol.peerId,
      publicKey: "cHVi",
      keyId: 2,
    });
    const key = { keyId: 2, wrappedKey: "d3JhcHBlZA", wrapIv: "aXY" };
    await carol.asks({ type: "e2ee-key", targetPeerId: erin.peerId, ...key });
    expect(await erin.hears("e2ee-peer-key")).toEqual({ type: "e2ee-peer-key", fromPeerId: carol.peerId, ...key });
    await erin.asks({ type: "e2ee-request-key", targetPeerId: carol.peerId });
    expect(await carol.hears("e2ee-key-requested")).toEqual({ type: "e2ee-key-requested", fromPeerId: erin.peerId });
    expect(dave.socket.messages.map(({ type }) => type)).not.toContain("e2ee-peer-key");
  });
});

describe("What a token does not grant is refused:", () => {
  test.each([
    ["publishing", { canPublish: false }, produceAudio()],
    ["data", { canPublish: false }, { type: "produce-data", sctpStreamParameters: { streamId: 0 } }],
    ["subscribing", { canSubscribe: false }, { type: "consume", producerId: "x" }],
    ["data of others", { canSubscribe: false }, { type: "consume-data", dataProducerId: "x" }],
  ])("%s", async (_what, grants, request) => {
    await using person = await joins(cluster, await cluster.createRoom(), grants);
    expect(await person.asks(request)).toMatchObject({ type: "error", code: "not_allowed" });
  });
});

test("Who may neither publish nor subscribe can acknowledge, and hear acknowledgements, and nothing else.", async () => {
  const roomId = await cluster.createRoom();
  await using viewer = await joins(cluster, roomId, { canPublish: false });
  await using sender = await joins(cluster, roomId, { canSubscribe: false });
  const sctpStreamParameters = { streamId: 0, ordered: true };
  const acks = await viewer.asks({ type: "produce-data", sctpStreamParameters, label: "radist-acks" });
  const { dataProducerId } = await sender.hears("new-data-producer");
  expect(dataProducerId).toBe(acks.dataProducerId);
  expect(await sender.asks({ type: "consume-data", dataProducerId })).toMatchObject({
    type: "data-consumer-parameters",
  });
  await using other = await joins(cluster, roomId);
  const chat = await other.asks({ type: "produce-data", sctpStreamParameters, label: "chat" });
  expect(await sender.asks({ type: "consume-data", dataProducerId: chat.dataProducerId })).toMatchObject({
    code: "not_allowed",
  });
});

describe("Objects of other peers are not found:", () => {
  test("ids of other peers, and unknown ids", async () => {
    const roomId = await cluster.createRoom();
    await using alice = await joins(cluster, roomId);
    await using bob = await joins(cluster, roomId);
    const producerId = await produces(alice, produceAudio());
    const { consumerId } = await consumes(bob, producerId);
    const theirs = (alice.joined.sendTransport as { id: string }).id;
    for (const [request, code] of [
      [{ type: "connect-transport", transportId: theirs, dtlsParameters: DTLS }, "transport_not_found"],
      [{ type: "restart-ice", transportId: theirs }, "transport_not_found"],
      [produceAudio({ transportId: theirs }), "transport_not_found"],
      [{ type: "pause-producer", producerId }, "producer_not_found"],
      [{ type: "close-producer", producerId }, "producer_not_found"],
      [{ type: "get-stats", producerId }, "producer_not_found"],
      [{ type: "consume", producerId: "nobody", rtpCapabilities: capabilities(bob) }, "producer_not_found"],
      [{ type: "e2ee-request-key", targetPeerId: "peer_nobody" }, "peer_not_found"],
    ] as const) {
      expect(await bob.asks(request), JSON.stringify(request)).toMatchObject({ type: "error", code });
    }
    expect(await alice.asks({ type: "pause-consumer", consumerId })).toMatchObject({ code: "consumer_not_found" });
    expect(await alice.asks({ type: "consume", producerId })).toMatchObject({ code: "producer_not_found" });
  });

  test("capabilities that do not fit", async () => {
    const roomId = await cluster.createRoom();
    await using alice = await joins(cluster, roomId);
    await using bob = await joins(cluster, roomId);
    const producerId = await produces(alice, produceVideo());
    const audioOnly = {
      codecs: [{ kind: "audio", mimeType: "audio/opus", clockRate: 48_000, channels: 2, preferredPayloadType: 100 }],
    };
    expect(await bob.asks({ type: "consume", producerId, rtpCapabilities: audioOnly })).toMatchObject({
      code: "cannot_consume",
    });
    expect(await bob.asks({ type: "consume", producerId: "x" })).toMatchObject({ code: "producer_not_found" });
  });
});

test("Parameters that the media worker rejects are an error to their sender alone.", async () => {
  const roomId = await cluster.createRoom();
  await using alice = await joins(cluster, roomId);
  const { encodings, ...none } = opus();
  await produces(alice, { type: "produce", kind: "audio", rtpParameters: { ...none, encodings } });
  const again = await alice.asks({ type: "produce", kind: "audio", rtpParameters: { ...none, encodings } });
  expect(again).toMatchObject({ type: "error", code: "invalid_message", message: expect.stringMatching(/^rtpParam/) });
  expect(await alice.asks({ type: "get-stats" })).toMatchObject({ type: "stats" });
});

test("Every announced address is a candidate, UDP before TCP, the first one preferred.", async () => {
  await using elsewhere = await startCluster({
    env: { MEDIA_ANNOUNCED_ADDRESS: "192.0.2.7,media.invalid,2001:db8::7" },
  });
  await using alice = await joins(elsewhere, await elsewhere.createRoom());
  const { iceCandidates } = alice.joined.sendTransport as {
    iceCandidates: { address: string; protocol: string; port: number; priority: number }[];
  };
  expect(iceCandidates.map(({ address, protocol }) => `${address} ${protocol}`).toSorted()).toEqual(
    ["192.0.2.7", "2001:db8::7", "media.invalid"].flatMap((address) => [`${address} tcp`, `${address} udp`]),
  );
  const priorities = (protocol: string) =>
    iceCandidates.filter((candidate) => candidate.protocol === protocol).map(({ priority }) => priority);
  expect(Math.min(...priorities("udp"))).toBeGreaterThan(Math.max(...priorities("tcp")));
  expect(new Set(iceCandidates.map(({ priority, protocol }) => `${priority} ${protocol}`)).size).toBeGreaterThan(2);
});
