import { expect, test } from "vitest";
import { type SafePeer, type SafetyNumberChange, SafetyWatch, safetyNumberOf } from "./safety-watch.ts";

const sdp = (first: number) =>
  `a=fingerprint:sha-256 ${Array.from({ length: 32 }, (_, index) => (first + index).toString(16).padStart(2, "0")).join(":")}`;

const peer = (own: number, remote: number, connectionState: RTCPeerConnectionState = "connected") =>
  ({
    connectionState,
    currentLocalDescription: { sdp: sdp(own) },
    currentRemoteDescription: { sdp: sdp(remote) },
  }) as SafePeer;

function watch() {
  const changes: SafetyNumberChange[] = [];
  const present: { peer: SafePeer | undefined } = { peer: undefined };
  const watching = new SafetyWatch(
    () => present.peer,
    (change) => changes.push(change),
  );
  const becomes = async (next: SafePeer | undefined) => {
    present.peer = next;
    await watching.update();
    return changes.splice(0);
  };
  return { becomes, present, watching, changes };
}

test("the number is the same on both sides, and another one with another certificate", async () => {
  const number = await safetyNumberOf(peer(1, 2));
  expect(await safetyNumberOf(peer(2, 1))).toBe(number);
  expect(await safetyNumberOf(peer(1, 3))).not.toBe(number);
});

test("there is none before DTLS is done, nor without descriptions", async () => {
  expect(await safetyNumberOf(undefined)).toBeUndefined();
  expect(await safetyNumberOf(peer(1, 2, "connecting"))).toBeUndefined();
  expect(await safetyNumberOf({ ...peer(1, 2), currentRemoteDescription: null })).toBeUndefined();
});

test("the first number is told, and each other one as a change, whatever was in between", async () => {
  const { becomes } = watch();
  const [first, second] = await Promise.all([safetyNumberOf(peer(1, 2)), safetyNumberOf(peer(1, 3))]);
  expect(await becomes(undefined)).toEqual([]);
  expect(await becomes(peer(1, 2, "connecting"))).toEqual([]);
  expect(await becomes(peer(1, 2))).toEqual([{ safetyNumber: first, isChanged: false }]);
  expect(await becomes(peer(1, 2))).toEqual([]);
  expect(await becomes(undefined)).toEqual([]);
  expect(await becomes(peer(1, 2))).toEqual([]);
  expect(await becomes(peer(1, 3))).toEqual([{ safetyNumber: second, isChanged: true }]);
  expect(await becomes(peer(1, 2))).toEqual([{ safetyNumber: first, isChanged: true }]);
});

test("a session that leaves its certificate open is told after one that did not, and is no excuse for another number", async () => {
  const { becomes } = watch();
  const [first, second] = await Promise.all([safetyNumberOf(peer(1, 2)), safetyNumberOf(peer(1, 3))]);
  const open = { ...peer(1, 2), currentRemoteDescription: { sdp: `${sdp(2)}\n${sdp(3)}` } } as SafePeer;
  expect(await becomes(open)).toEqual([]);
  expect(await becomes(peer(1, 2))).toEqual([{ safetyNumber: first, isChanged: false }]);
  expect(await becomes(open)).toEqual([{ safetyNumber: undefined, isChanged: true }]);
  expect(await becomes(open)).toEqual([]);
  expect(await becomes(peer(1, 3))).toEqual([{ safetyNumber: second, isChanged: true }]);
});

test("a session that was replaced while its number was made is not told", async () => {
  const { watching, present, changes } = watch();
  present.peer = peer(1, 2);
  const updated = watching.update();
  present.peer = peer(1, 3);
  await updated;
  expect(changes).toEqual([]);
});
