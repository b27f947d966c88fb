import { EventEmitter } from "node:events";
import type { PeerId, RoomFeature } from "@radist-tech/protocol";
import type { types } from "mediasoup";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { MediaSite } from "./media-site.ts";
import { Speakers, type SpeakersOptions } from "./speakers.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** One speaker in a room, whose observers the test speaks for. */
async function speakerOf(peerId: PeerId, features: readonly RoomFeature[] = ["media"]) {
  const wanted = new Set(features);
  const levels = Object.assign(new EventEmitter(), { addProducer: async () => undefined });
  const speaker = Object.assign(new EventEmitter(), { addProducer: async () => undefined });
  const router = { createActiveSpeakerObserver: async () => speaker, createAudioLevelObserver: async () => levels };
  const told: (string | null)[] = [];
  const levelsTold: number[] = [];
  const speakers = new Speakers({
    sites: { main: async () => ({ router, pipeFrom: async () => undefined }) } as unknown as SpeakersOptions["sites"],
    siteOf: () => ({}) as MediaSite,
    audience: (feature) => (wanted.has(feature) ? [peerId] : []),
    send: ({ to, message }) => {
      expect(to).toEqual([peerId]);
      if (message.type === "active-speaker") told.push(message.peerId);
      if (message.type === "audio-levels") levelsTold.push(message.levels.length);
    },
    onTrouble: (error) => {
      throw error;
    },
  });
  const producer = { id: "voice", observer: new EventEmitter() } as unknown as types.Producer;
  speakers.add(peerId, producer);
  await vi.advanceTimersByTimeAsync(0);
  return {
    told,
    levelsTold,
    wanted,
    speakers,
    speaks: () => levels.emit("volumes", [{ producer, volume: -20 }]),
    pauses: () => levels.emit("silence"),
    closes: () => producer.observer.emit("close"),
  };
}

const ADA = "peer_ada" as PeerId;

test("a peer that is attached is told who speaks, and in silence that nobody does", async () => {
  const { told, speakers, speaks } = await speakerOf(ADA);
  speakers.sendCurrent(ADA);
  speaks();
  speakers.sendCurrent(ADA);
  expect(told).toEqual([null, ADA, ADA]);
});

test("a pause between two words is no silence", async () => {
  const { told, speaks, pauses } = await speakerOf(ADA);
  for (let word = 0; word < 5; word++) {
    speaks();
    pauses();
    await vi.advanceTimersByTimeAsync(1_400);
  }
  expect(told).toEqual([ADA]);
});

test("a longer one is, and the next word is heard at once", async () => {
  const { told, speaks, pauses } = await speakerOf(ADA);
  speaks();
  pauses();
  await vi.advanceTimersByTimeAsync(1_500);
  speaks();
  expect(told).toEqual([ADA, null, ADA]);
});

test("who no longer publishes no longer speaks", async () => {
  const { told, speaks, closes } = await speakerOf(ADA);
  speaks();
  closes();
  expect(told).toEqual([ADA, null]);
});

test("nothing is told after the end", async () => {
  const { told, speakers, speaks, pauses } = await speakerOf(ADA);
  speaks();
  pauses();
  speakers.close();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(told).toEqual([ADA]);
});

test("levels are sent only while somebody listens", async () => {
  const { told, levelsTold, wanted, speaks, pauses } = await speakerOf(ADA);
  speaks();
  pauses();
  wanted.add("levels");
  speaks();
  pauses();
  wanted.delete("levels");
  speaks();
  expect(levelsTold).toEqual([1, 0]);
  expect(told).toEqual([ADA]);
});

test("who listens when everybody has joined is enough to begin", async () => {
  const { levelsTold, wanted, speakers, speaks } = await speakerOf(ADA, []);
  speaks();
  wanted.add("levels");
  speakers.observe();
  await vi.advanceTimersByTimeAsync(0);
  speaks();
  expect(levelsTold).toEqual([1]);
});
