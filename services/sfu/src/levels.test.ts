import type { MediaLink } from "@radist-tech/testkit/media-link";
import { afterAll, beforeAll, expect, test } from "vitest";
import { RtpHeader } from "werift";
import { type Cluster, startCluster } from "./testing/cluster.ts";
import { opus, produces } from "./testing/media.ts";
import { calls } from "./testing/media-peer.ts";
import { joins, type TestPeer } from "./testing/test-peer.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster[Symbol.asyncDispose]());

/** Sends a voice whose packets say how loud they are: 20 dB below the loudest (RFC 6464). */
function speaks(link: MediaLink, ssrc: number): Disposable {
  let sequenceNumber = 0;
  const timer = setInterval(() => {
    sequenceNumber++;
    const header = new RtpHeader({
      ssrc,
      payloadType: 111,
      sequenceNumber,
      timestamp: sequenceNumber * 960,
      extension: true,
      extensionProfile: 0xbe_de,
      extensions: [{ id: 1, payload: Buffer.of(0x80 | 20) }],
    });
    link.sendRtp(Buffer.alloc(80, 1), header);
  }, 20);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** Waits for levels that are no silence: a busy machine sends too little of a voice for some intervals. */
async function hearsVoices(peer: TestPeer): Promise<unknown> {
  for (;;) {
    const { levels } = await peer.hears("audio-levels");
    if (Array.isArray(levels) && levels.length > 0) return levels;
  }
}

const levelsTold = ({ socket }: TestPeer) => socket.messages.filter(({ type }) => type === "audio-levels").length;

test("Levels are sent to who asked for them, from then on and until they are declined; who speaks, to all that want media.", async () => {
  const roomId = await cluster.createRoom();
  await using alice = await calls(cluster, roomId);
  const rtpParameters = opus();
  const producerId = await produces(alice.person, { type: "produce", kind: "audio", rtpParameters });
  using _voice = speaks(alice.send, Number(rtpParameters.encodings[0]?.ssrc));
  const level = { peerId: alice.person.peerId, producerId, volume: -20 };
  await using fromTheStart = await joins(cluster, roomId, { features: "levels" });
  await using later = await joins(cluster, roomId, { features: "media" });
  // First that nobody speaks, if nobody has been heard until then.
  while ((await later.hears("active-speaker")).peerId !== alice.person.peerId);
  for (let count = 0; count < 2; count++) expect(await hearsVoices(fromTheStart)).toEqual([level]);
  expect(levelsTold(later)).toBe(0);

  expect(await later.asks({ type: "set-audio-levels", enabled: true })).toMatchObject({ type: "ack" });
  expect(await hearsVoices(later)).toEqual([level]);
  expect(await later.asks({ type: "set-audio-levels", enabled: false })).toMatchObject({ type: "ack" });
  const before = [levelsTold(later), levelsTold(fromTheStart)];
  while (levelsTold(fromTheStart) < Number(before[1]) + 2) await fromTheStart.hears("audio-levels");
  expect(levelsTold(later)).toBe(before[0]);
  expect(await later.asks({ type: "set-audio-levels", enabled: 1 })).toMatchObject({ code: "invalid_message" });
});
