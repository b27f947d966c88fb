import {
  type ERRORS,
  RoomClientMessage,
  type RoomId,
  RoomServerMessage,
  type RtpCapabilities,
} from "@radist-tech/protocol";
import type { AnyMessage } from "@radist-tech/testkit";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Cluster, startCluster } from "./testing/cluster.ts";
import { dtlsParameters, hostileProduce, rtpCapabilities, sctpStreamParameters } from "./testing/hostile-parameters.ts";
import { edited, edits, type Ids, type RequestType, requestsWith } from "./testing/hostile-requests.ts";
import { Mallory } from "./testing/mallory.ts";
import { capabilities, consumes, opus, produceAudio, produces, simulcast } from "./testing/media.ts";
import { OtherPeers, UNHURRIED } from "./testing/other-peers.ts";
import { joins } from "./testing/test-peer.ts";

// A failure prints its seed and the shortest input that fails.
const RUNS = { numRuns: 60 };
const PARAMETERS = { numRuns: 300 };
/** Many exchanges in a row; on a busy machine each takes its time. */
const PATIENCE_MS = 300_000;

/** What no client can bring about. */
const OURS = new Set<unknown>(["internal_error", "unavailable"]);

let cluster: Cluster;
let roomId: RoomId;
let otherPeers: OtherPeers;
let mallory: Mallory;

beforeAll(async () => {
  cluster = await startCluster({ env: { ...UNHURRIED, CONSUMERS_PER_PEER: "6" } });
  roomId = await cluster.createRoom();
  otherPeers = await OtherPeers.meet(cluster, roomId);
  mallory = await Mallory.join(cluster, roomId, otherPeers);
});
afterEach(() => otherPeers.goOn());
afterAll(async () => {
  await mallory[Symbol.asyncDispose]();
  await otherPeers.stop();
  expect(await cluster.nodes[0]?.metric("radist_sfu_worker_deaths_total")).toBe(0);
  expect(await cluster.nodes[0]?.metric("radist_sfu_migrated_peers_total")).toBe(0);
  const metrics = await (await fetch(`${cluster.nodes[0]?.url}/metrics`)).text();
  expect(
    metrics.split("\n").filter((line) => /^radist_sfu_errors_total.*(internal_error|unavailable).*\} [1-9]/.test(line)),
  ).toEqual([]);
  await cluster[Symbol.asyncDispose]();
});

/** An answer of the contract, which is no fault of the server's. */
function expectAnswer(answer: AnyMessage, about: string): void {
  expect(RoomServerMessage.safeParse(answer).error?.issues, `${about} → ${JSON.stringify(answer)}`).toBeUndefined();
  if (answer.type === "error") expect(OURS, about).not.toContain(answer.code);
}

const requests = requestsWith({} as Ids, {} as Ids, {});
const types = (Object.keys(requests) as RequestType[]).filter((type) => type !== "leave-room");

describe("With an error in it", { timeout: PATIENCE_MS }, () => {
  test.each(types)("%s gets its reply, or a typed error that names the field", async (type) => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(edits, async (changes) => {
        const message = edited(mallory.request(type), changes, mallory.ids);
        const read = RoomClientMessage.safeParse({ ...message, requestId: "r" });
        const answer = await mallory.asks(message);
        expectAnswer(answer, JSON.stringify(message));
        seen.add(answer.type === "error" ? String(answer.code) : "answered");
        if (read.success) return;
        expect(answer.code).toMatch(/^(invalid|unsupported)_message$/);
        if (answer.code === "invalid_message") expect(answer.message).toContain(": ");
        // Ten in a row that cannot be understood would end the socket; this one can.
        await mallory.person.asks({ type: "get-stats" });
      }),
      RUNS,
    );
    expect(seen).toContain("answered");
    if (Object.keys(requests[type]).length > 0) expect(seen).toContain("invalid_message");
  });

  test.each([
    ["any text", fc.string({ unit: "binary", maxLength: 200 })],
    ["any JSON", fc.json()],
    ["any bytes", fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes))],
  ])("%s gets a typed error", async (_what, frames: fc.Arbitrary<string | Buffer>) => {
    await fc.assert(
      fc.asyncProperty(frames, async (frame) => {
        const { socket } = mallory.person;
        const from = socket.messages.length;
        mallory.person.says(frame);
        await mallory.person.asks({ type: "get-stats" });
        const errors = socket.messages.slice(from).filter(({ type: each }) => each === "error");
        expect(errors.map(({ code }) => code)).toEqual([expect.stringMatching(/^(invalid|unsupported)_message$/)]);
      }),
      RUNS,
    );
  });
});

describe("Objects of other peers are not found:", () => {
  const CODES: Record<string, keyof typeof ERRORS> = {
    transportId: "transport_not_found",
    producerId: "producer_not_found",
    consumerId: "consumer_not_found",
    dataProducerId: "producer_not_found",
    dataConsumerId: "consumer_not_found",
    targetPeerId: "peer_not_found",
  };

  test.each(types)("%s", async (type) => {
    const right = mallory.request(type);
    const wrong = mallory.request(type, true);
    const views = (consumerId: unknown) => [{ consumerId, visible: false }];
    for (const [field, code] of Object.entries(CODES)) {
      const inView = type === "set-view" && field === "consumerId";
      if (!(field in right) && !inView) continue;
      for (const id of [wrong[field] ?? mallory.ids.other.consumer, "peer_Nobody"]) {
        const message = inView ? { type, views: views(id) } : { ...right, [field]: id };
        expect(await mallory.asks(message), JSON.stringify(message)).toMatchObject({ type: "error", code });
      }
    }
  });
});

describe("Hostile parameters", { timeout: PATIENCE_MS }, () => {
  test("of a producer are accepted or refused; what others receive of it is of its kind, and valid", async () => {
    const { nora } = otherPeers;
    const { codecs: all = [], headerExtensions } = capabilities(nora) as RtpCapabilities;
    const redless = { codecs: all.filter(({ mimeType }) => mimeType !== "audio/red"), headerExtensions };
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(hostileProduce, async (message) => {
        const answer = await mallory.person.asks(message);
        expectAnswer(answer, JSON.stringify(message));
        if (answer.type !== "produced") return void (await mallory.person.asks({ type: "get-stats" }));
        taken++;
        const { producerId } = answer;
        // By who takes RED, and by who does not.
        await nora.asks({ type: "close-consumer", consumerId: (await consumes(nora, String(producerId))).consumerId });
        const consumer = await consumes(nora, String(producerId), { rtpCapabilities: redless });
        expectAnswer(consumer, JSON.stringify(message));
        const { codecs } = consumer.rtpParameters as { codecs: { mimeType: string }[] };
        for (const { mimeType } of codecs) expect(mimeType).toMatch(new RegExp(`^${message.kind}/`));
        const { consumerId } = consumer;
        for (const request of [
          { type: "set-view", views: [{ consumerId, visible: true, width: 10, height: 10 }] },
          { type: "set-preferred-layer", consumerId, spatialLayer: 7, temporalLayer: 7 },
          { type: "pause-consumer", consumerId },
          { type: "resume-consumer", consumerId },
          { type: "get-stats", consumerId },
          { type: "close-consumer", consumerId },
        ]) {
          expect((await nora.asks(request)).type, request.type).toMatch(/^(ack|stats)$/);
        }
        expect(await mallory.person.asks({ type: "get-stats", producerId })).toMatchObject({ type: "stats" });
        expect(await mallory.person.asks({ type: "close-producer", producerId })).toMatchObject({ type: "ack" });
      }),
      PARAMETERS,
    );
    expect(taken).toBeGreaterThan(0);
  });

  test("of a receiver result in a consumer, or an error", async () => {
    const { audio, ids } = otherPeers;
    const seen = new Set<unknown>();
    await fc.assert(
      fc.asyncProperty(rtpCapabilities, fc.constantFrom(audio, ids.producer), async (claimed, producerId) => {
        const answer = await mallory.asks({ type: "consume", producerId, rtpCapabilities: claimed });
        expectAnswer(answer, JSON.stringify(claimed));
        seen.add(answer.code ?? answer.type);
      }),
      PARAMETERS,
    );
    expect(seen).toContain("consumer-parameters");
    expect(seen).toContain("cannot_consume");
  });

  test("of a data channel result in one, or an error", async () => {
    const { nora } = otherPeers;
    await fc.assert(
      fc.asyncProperty(sctpStreamParameters, fc.string({ maxLength: 256 }), async (parameters, label) => {
        const request = { type: "produce-data", sctpStreamParameters: parameters, label, protocol: label };
        const answer = await mallory.person.asks(request);
        expectAnswer(answer, JSON.stringify(request));
        if (answer.type !== "data-produced") return void (await mallory.person.asks({ type: "get-stats" }));
        const { dataProducerId } = answer;
        const consumed = await nora.asks({ type: "consume-data", dataProducerId });
        expectAnswer(consumed, JSON.stringify(request));
        expect(consumed.label).toBe(label);
        await mallory.person.asks({ type: "close-data-producer", dataProducerId });
      }),
      RUNS,
    );
  });

  test("of a transport connect it or not, also when repeated", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(dtlsParameters, { minLength: 1, maxLength: 3 }), async (several) => {
        await using guest = await Mallory.join(cluster, roomId, otherPeers);
        const { send, recv } = guest.ids.own;
        for (const parameters of several) {
          for (const transportId of [send, recv, send]) {
            const request = { type: "connect-transport", transportId, dtlsParameters: parameters };
            expectAnswer(await guest.asks(request), JSON.stringify(request));
            expect(await guest.asks({ type: "restart-ice", transportId })).toMatchObject({ type: "ice-restarted" });
          }
        }
      }),
      { numRuns: 15 },
    );
  });

  test.each<[string, object]>([
    ["video that claims to be audio", { kind: "audio", rtpParameters: simulcast() }],
    ["audio that claims to be video", { kind: "video", rtpParameters: opus() }],
    ["a cname that is a line of SDP", { kind: "audio", rtpParameters: { ...opus(), rtcp: { cname: "x\r\na=x" } } }],
    ["a stream that is a line of SDP", { kind: "audio", rtpParameters: { ...opus(), msid: "x\n" } }],
    [
      "a setting that is a line of SDP",
      { kind: "audio", rtpParameters: { ...opus(), codecs: [{ ...opus().codecs[0], parameters: { a: "1\r\na=x" } }] } },
    ],
  ])("never reach the others' browsers: %s", async (_what, fields) => {
    const answer = await mallory.person.asks({ type: "produce", ...fields });
    expect(answer).toMatchObject({
      type: "error",
      code: "invalid_message",
      message: expect.stringMatching(/^rtpParam/),
    });
  });
});

test("No peer exceeds its limits, and a peer that closes something may create something else.", async () => {
  await using greedy = await joins(cluster, roomId);
  const asksFor = async (request: () => object, answered: string): Promise<AnyMessage[]> => {
    const answers: AnyMessage[] = [];
    for (;;) {
      const answer = await greedy.asks(request());
      if (answer.type !== answered) {
        expect(answer).toMatchObject({ type: "error", code: "too_many" });
        return answers;
      }
      answers.push(answer);
    }
  };
  let streamId = 0;
  const channel = () => ({ type: "produce-data", sctpStreamParameters: { streamId: streamId++ } });
  const rtp = capabilities(greedy);
  const wish = (producerId: string) => () => ({ type: "consume", producerId, rtpCapabilities: rtp });
  const produced = await asksFor(() => produceAudio(), "produced");
  expect(produced).toHaveLength(32);
  expect(await asksFor(channel, "data-produced")).toHaveLength(32);
  const { producer, dataProducer } = mallory.ids.other;
  expect(await asksFor(wish(otherPeers.audio), "consumer-parameters")).toHaveLength(4);
  expect(await asksFor(wish(producer), "consumer-parameters")).toHaveLength(2);
  expect(
    await asksFor(() => ({ type: "consume-data", dataProducerId: dataProducer }), "data-consumer-parameters"),
  ).toHaveLength(6);
  await greedy.asks({ type: "close-producer", producerId: produced[0]?.producerId });
  await produces(greedy, produceAudio());
  expect(await asksFor(() => produceAudio(), "produced")).toEqual([]);
});
