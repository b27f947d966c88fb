import type { RadistRoomConnection, RoomEvents, RoomParticipant } from "@radist-tech/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Participants, type RoomSource } from "./participants.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** As much of a room connection as the list of participants listens to. */
function roomOf(activeSpeaker?: string) {
  const listeners = new Map<string, Set<(payload: never) => void>>();
  const room: RoomSource = {
    activeSpeaker,
    on: ((name: string, listener: (payload: never) => void) => {
      const all = listeners.get(name) ?? new Set();
      listeners.set(name, all.add(listener));
      return () => void all.delete(listener);
    }) as RadistRoomConnection["on"],
  };
  const participants = new Participants(room);
  const stop = participants.listen();
  const emit = <Name extends keyof RoomEvents>(name: Name, payload: RoomEvents[Name]): void => {
    for (const listener of listeners.get(name) ?? []) listener(payload as never);
  };
  const joins = (peerId: string): RoomParticipant => {
    const participant = {
      peerId,
      identity: undefined,
      name: peerId.toUpperCase(),
      metadata: undefined,
      isConnected: true,
      tracks: new Map(),
    };
    emit("participantjoined", participant);
    return participant;
  };
  const ids = () => participants.all.value.map(({ peerId }) => peerId).join("");
  return { participants, emit, joins, ids, stop, listeners };
}

test("people are listed in the order in which they joined, until they leave", () => {
  const { emit, joins, ids } = roomOf();
  const ada = joins("a");
  joins("b");
  joins("c");
  expect(ids()).toBe("abc");
  emit("participantleft", { participant: ada, reason: "left" });
  expect(ids()).toBe("bc");
  joins("a");
  expect(ids()).toBe("bca");
});

test("someone who is reported twice is listed once", () => {
  const { joins, ids } = roomOf();
  joins("a");
  joins("a");
  expect(ids()).toBe("a");
});

test("a change redraws the participant that it concerns, and no other", () => {
  const { participants, emit, joins } = roomOf();
  const ada = joins("a");
  joins("b");
  const before = participants.find("b")?.state.value;
  Object.assign(ada, { isConnected: false });
  emit("participantchanged", { participant: ada, change: "connection", track: undefined });
  expect(participants.find("a")?.state.value.isConnected).toBe(false);
  expect(participants.find("b")?.state.value).toBe(before);
});

test("the active speaker stays marked in a short pause, and not in a long one", () => {
  const { participants, emit } = roomOf("a");
  expect(participants.speaker.value).toBe("a");
  emit("activespeaker", { peerId: undefined });
  vi.advanceTimersByTime(1_499);
  expect(participants.speaker.value).toBe("a");
  emit("activespeaker", { peerId: "a" });
  vi.advanceTimersByTime(5_000);
  expect(participants.speaker.value).toBe("a");
  emit("activespeaker", { peerId: undefined });
  vi.advanceTimersByTime(1_500);
  expect(participants.speaker.value).toBeUndefined();
});

test("those who spoke later have higher numbers", () => {
  const { participants, emit } = roomOf();
  for (const peerId of ["a", "b", "a"]) emit("activespeaker", { peerId });
  const { value: lastSpoke } = participants.lastSpoke;
  expect((lastSpoke.get("a") ?? 0) > (lastSpoke.get("b") ?? 0)).toBe(true);
});

test("audio levels, which are sent all the time, are not asked for", () => {
  expect([...roomOf().listeners.keys()]).not.toContain("levels");
});

test("once stopped, it has no listeners and no timer", () => {
  const { participants, emit, stop, listeners } = roomOf("a");
  emit("activespeaker", { peerId: undefined });
  stop();
  vi.advanceTimersByTime(5_000);
  expect(participants.speaker.value).toBe("a");
  expect([...listeners.values()].every(({ size }) => size === 0)).toBe(true);
});
