import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Cluster, startCluster } from "./testing/cluster.ts";
import { someEncodings, somePackets } from "./testing/hostile-packets.ts";
import { consumes, opus, produces } from "./testing/media.ts";
import { calls, type MediaPeer } from "./testing/media-peer.ts";
import { UNHURRIED } from "./testing/other-peers.ts";
import { H264, type Packet, produceOf, sendTo, TWO_CODECS, VP8, VP8_RTX } from "./testing/rtp.ts";
import { until } from "./testing/until.ts";
import { WorkerSpy } from "./testing/worker-spy.ts";

// A failure prints its seed and the input that fails; a shorter one would meet a worker that is dead already.
const RUNS = { numRuns: 200, endOnFailure: true };
const PATIENCE_MS = 300_000;

let cluster: Cluster;
const stack = new AsyncDisposableStack();
const spy = stack.use(new WorkerSpy());
let mallory: MediaPeer;
/** Sees whatever Mallory sends. */
let olaf: MediaPeer;
/** Speaks to Nora, and to nobody else. */
let nils: MediaPeer;
let nora: MediaPeer;
let voice: Packet;

beforeAll(async () => {
  cluster = stack.use(await startCluster({ env: UNHURRIED }));
  const roomId = await cluster.createRoom();
  const comes = async () => stack.use(await calls(cluster, roomId));
  mallory = await comes();
  olaf = await comes();
  nils = await comes();
  nora = await comes();
  const rtpParameters = opus();
  const [{ ssrc } = { ssrc: 0 }] = rtpParameters.encodings;
  voice = { ssrc, payloadType: 111 };
  await consumes(nora.person, await produces(nils.person, { type: "produce", kind: "audio", rtpParameters }));
  await neighboursHear();
});
afterEach(() => neighboursHear());
afterAll(async () => {
  expect(await cluster.nodes[0]?.metric("radist_sfu_worker_deaths_total")).toBe(0);
  await stack.disposeAsync();
});

let spoken = 0;

/** What Nils says comes to the worker's port after what Mallory sent: once Nora hears it, the worker has read both. */
async function neighboursHear(): Promise<void> {
  sendTo(nils.send, voice);
  spoken++;
  await until(() => {
    if (spy.workers.some(({ died }) => died)) throw new Error("The media worker has died.");
    return nora.recv.received === spoken;
  });
}

const produce = (encodings: readonly object[] | undefined, more?: object) =>
  mallory.person.asks(produceOf(encodings, more));

/** While somebody watches. */
async function sends(producerId: unknown, packets: readonly Packet[]): Promise<void> {
  await consumes(olaf.person, String(producerId));
  for (const packet of packets) sendTo(mallory.send, packet);
  await neighboursHear();
  expect(await mallory.person.asks({ type: "close-producer", producerId })).toMatchObject({ type: "ack" });
}

const RTX = { payloadType: VP8_RTX };
const KNOWN = { ssrc: 1, rtx: { ssrc: 2 } };
const THREE = ["a", "b", "c"].map((rid) => ({ rid, scalabilityMode: "L1T3" }));
/** Temporal layers, whose indexes stand in each packet. */
const LAYERED = Array.from({ length: 100 }, (_none, index) => ({
  ssrc: 1,
  payload: Uint8Array.of(0x90, 0xe0, 0x80, index, index, (index % 3) << 6, 0, 0, 0),
}));

describe("A stream that matches an encoding in two ways does not crash the media worker:", () => {
  test.each<[string, object[], Packet[], object?]>([
    ["by RID, then by SSRC", [{ rid: "a", ssrc: 1 }], [{ ssrc: 7, mid: "m", rid: "a" }, { ssrc: 1 }]],
    [
      "by RID in two bytes, then by SSRC",
      [{ rid: "a", ssrc: 1 }],
      [{ ssrc: 7, mid: "m", rid: "a", twoBytes: true }, { ssrc: 1 }],
    ],
    ["by RID alone, then by SSRC", [{ rid: "a", ssrc: 1 }], [{ ssrc: 7, rid: "a" }, { ssrc: 1 }]],
    ["by SSRC, then by RID", [{ rid: "a", ssrc: 1 }], [{ ssrc: 1 }, { ssrc: 7, mid: "m", rid: "a" }]],
    [
      "by RID, then by no SSRC",
      [{ rid: "a" }],
      [
        { ssrc: 7, mid: "m", rid: "a" },
        { ssrc: 0, mid: "m" },
        { ssrc: 0, rid: "a" },
      ],
    ],
    [
      "three by RID, then by no SSRC",
      THREE,
      [
        { ssrc: 5, mid: "m", rid: "a" },
        { ssrc: 6, mid: "m", rid: "b" },
        { ssrc: 7, mid: "m", rid: "c" },
        { ssrc: 0, mid: "m" },
        { ssrc: 0, mid: "m", rid: "b" },
      ],
    ],
    [
      "by an SSRC of 0",
      [{ rid: "a", ssrc: 0 }],
      [
        { ssrc: 7, mid: "m", rid: "a" },
        { ssrc: 0, mid: "m" },
      ],
    ],
    ["by an empty RID, then by SSRC", [KNOWN], [{ ssrc: 7, mid: "m", rid: "", twoBytes: true }, { ssrc: 1 }]],
    ["by an empty MID, then by SSRC", [KNOWN], [{ ssrc: 7, mid: "", twoBytes: true }, { ssrc: 1 }]],
    [
      "by a RID that two have",
      [{ rid: "a" }, { rid: "a" }],
      [
        { ssrc: 6, mid: "m", rid: "a" },
        { ssrc: 7, mid: "m", rid: "a" },
        { ssrc: 0, mid: "m", rid: "a" },
      ],
    ],
    [
      "by another one's RID",
      [{ rid: "a", ssrc: 1 }, { rid: "b" }],
      [
        { ssrc: 1, mid: "m", rid: "b" },
        { ssrc: 7, mid: "m", rid: "a" },
        { ssrc: 1, mid: "m", rid: "a" },
        { ssrc: 7, mid: "m", rid: "b" },
      ],
    ],
    [
      "by the SSRC of its retransmissions",
      [KNOWN],
      [{ ssrc: 2, ...RTX }, { ssrc: 1 }, { ssrc: 2, ...RTX }, { ssrc: 2 }, { ssrc: 1, ...RTX }],
    ],
    [
      "by retransmissions without SSRC",
      [
        { ssrc: 1, rtx: { ssrc: 0 } },
        { rid: "b", rtx: { ssrc: 0 } },
      ],
      [
        { ssrc: 1 },
        { ssrc: 0, mid: "m", ...RTX },
        { ssrc: 0, mid: "m", repairedRid: "b", ...RTX },
        { ssrc: 7, mid: "m", rid: "b" },
        { ssrc: 0, mid: "m", repairedRid: "b", ...RTX },
        { ssrc: 0, mid: "m" },
      ],
    ],
    [
      "by the repaired RID, with another one's SSRC",
      [{ rid: "a" }, KNOWN],
      [
        { ssrc: 7, mid: "m", rid: "a" },
        { ssrc: 1, mid: "m", repairedRid: "a", ...RTX },
        { ssrc: 1 },
        { ssrc: 2, mid: "m", rid: "a" },
        { ssrc: 2, ...RTX },
      ],
    ],
    ["as another codec", [{ ssrc: 1 }], [{ ssrc: 1 }, { ssrc: 1, payloadType: H264 }, { ssrc: 1, payloadType: 0 }]],
    [
      "as a codec that is not the first",
      [{ ssrc: 1, codecPayloadType: VP8, scalabilityMode: "L1T3" }],
      LAYERED,
      TWO_CODECS,
    ],
  ])("%s", async (_what, encodings, packets, more) => {
    const answer = await produce(encodings, more);
    expect(answer).toMatchObject({ type: "produced" });
    await sends(answer.producerId, packets);
  });

  test.each<[string, object[] | undefined, string, object?]>([
    ["by MID alone", [{}], "each must have an ssrc or a rid"],
    ["by MID alone, with an SSRC of 0", [{ ssrc: 0 }], "each must have an ssrc or a rid"],
    ["by MID alone, with nothing said", undefined, "each must have an ssrc or a rid"],
    ["by SSRC or MID", [{ ssrc: 1 }, {}], "each must have an ssrc or a rid"],
    ["by an SSRC that two have", [{ ssrc: 1 }, { ssrc: 1 }], "ssrc already exists"],
    ["by an SSRC that is another one's for retransmissions", [KNOWN, { ssrc: 2 }], "ssrc already exists"],
    ["by one SSRC for both", [{ ssrc: 1, rtx: { ssrc: 1 } }], "RTX ssrc already exists"],
    [
      "as one codec or the other",
      [
        { ssrc: 1, codecPayloadType: VP8 },
        { ssrc: 2, codecPayloadType: H264 },
      ],
      "must all be of one of the codecs",
      TWO_CODECS,
    ],
  ])("%s: refused", async (_what, encodings, message, more) => {
    const answer = await produce(encodings, more);
    expect(answer).toMatchObject({ type: "error", code: "invalid_message", message: expect.stringContaining(message) });
  });

  test("however streams are announced, and whatever packets are sent", { timeout: PATIENCE_MS }, async () => {
    let sent = 0;
    await fc.assert(
      fc.asyncProperty(someEncodings, fc.boolean(), somePackets, async (encodings, isOfTwo, packets) => {
        const answer = await produce(encodings, isOfTwo ? TWO_CODECS : {});
        if (answer.type === "produced") {
          await sends(answer.producerId, packets);
          sent += packets.length;
        } else expect(answer).toMatchObject({ code: "invalid_message" });
      }),
      RUNS,
    );
    expect(sent).toBeGreaterThan(0);
  });
});
