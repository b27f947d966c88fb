import { expect, test } from "vitest";
import { RoomUser } from "./testing/room-user.ts";
import { killWorker, mediaWorkers, shared, sharePlatform } from "./testing/shared-platform.ts";
import { close, twoInARoom } from "./testing/shared-rooms.ts";

const WITHIN = { timeout: 60_000, interval: 200 };

sharePlatform();

test("three users see and hear each other, and one leaves", async () => {
  const { alice, bob, third } = await twoInARoom();
  const eve = await RoomUser.enters(shared().browser, shared().platform, third);
  for (const [viewer, other] of [
    [alice, eve],
    [eve, alice],
    [eve, bob],
  ] as const) {
    await viewer.sees(other);
    await viewer.hears(other);
  }
  expect(await eve.told("participantjoined")).toEqual([alice.peerId, bob.peerId]);
  await expect.poll(async () => (await eve.told("activespeaker")).length, WITHIN).toBeGreaterThan(0);
  await eve.listens("levels");
  // Whoever is loud enough first: the beeps of fake microphones are short.
  await expect.poll(async () => (await eve.told("levels")).join(), WITHIN).toContain(" microphone");
  await eve.leaves();
  await alice.isTold("participantleft", `${eve.peerId} left`);
  expect(await eve.told("closed")).toEqual(["left"]);
  await close(eve);
  await bob.closes();
  await alice.isTold("participantleft", `${bob.peerId} left`);
  await close(alice);
});

test("messages reach everyone, or one user alone", async () => {
  const { alice, bob, third } = await twoInARoom();
  const eve = await RoomUser.enters(shared().browser, shared().platform, third);
  await alice.writes("Hello");
  await alice.writes({ hand: "raised" });
  await alice.writes("Between us", bob);
  await bob.writes("Yes", alice);
  await bob.isTold("message", `${alice.peerId} to one: Between us`);
  await alice.isTold("message", `${bob.peerId} to one: Yes`);
  await eve.isTold("message", `${alice.peerId} to all: {"hand":"raised"}`);
  await bob.isTold("message", `${alice.peerId} to all: {"hand":"raised"}`);
  expect(await eve.told("message")).toEqual([
    `${alice.peerId} to all: Hello`,
    `${alice.peerId} to all: {"hand":"raised"}`,
  ]);
  await close(alice, bob, eve);
});

test("a muted user is not heard or seen, and the others know", async () => {
  const { alice, bob } = await twoInARoom();
  await bob.mutes("microphone");
  await alice.isTold("participantchanged", `${bob.peerId} microphone muted`);
  await bob.mutes("camera");
  await alice.isTold("participantchanged", `${bob.peerId} camera muted`);
  await expect.poll(async () => (await bob.sent("camera", "framesPerSecond")).length, WITHIN).toBe(0);
  await bob.mutes("camera", false);
  await bob.mutes("microphone", false);
  await alice.isTold("participantchanged", `${bob.peerId} microphone unmuted`);
  await Promise.all([alice.sees(bob), alice.hears(bob)]);
  await close(alice, bob);
});

test("a screen is shared next to the camera, and stopped", async () => {
  const { alice, bob } = await twoInARoom();
  await bob.showsScreen();
  await alice.sees(bob, "screen");
  await bob.page.evaluate(() => window.stage.room?.published.get("screen")?.unpublish());
  await alice.isTold("streamremoved", `${bob.peerId} screen`);
  await alice.sees(bob);
  await close(alice, bob);
});

test("a camera that is really off keeps its place in the room, and comes back in the same stream", async () => {
  const { alice, bob } = await twoInARoom();
  const released = await bob.page.evaluate(async () => {
    const camera = window.stage.room?.published.get("camera");
    await camera?.replaceTrack(null);
    return [camera?.track.readyState, camera?.isMuted, window.stage.room?.localStream?.getVideoTracks().length];
  });
  expect(released).toEqual(["ended", true, 0]);
  await alice.isTold("participantchanged", `${bob.peerId} camera muted`);
  await bob.page.evaluate(async () => {
    const cameras = (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === "videoinput");
    await window.stage.room?.published.get("camera")?.replaceTrack(cameras[0]?.deviceId ?? "");
  });
  await alice.isTold("participantchanged", `${bob.peerId} camera unmuted`);
  await alice.sees(bob);
  expect(await alice.told("streamremoved")).toEqual([]);
  await close(alice, bob);
});

test("a small video gets a small layer, a large one a large layer, and what no one sees is not sent", {
  tags: ["long"],
}, async () => {
  const { alice, bob } = await twoInARoom();
  const height = () => alice.received(bob.peerId, "camera", "frameHeight");
  await alice.resizes(bob, [1_280, 720]);
  await expect.poll(height, WITHIN).toBe(720);
  await alice.resizes(bob, [160, 90]);
  await expect.poll(height, WITHIN).toBe(180);
  await alice.resizes(bob, [0, 0]);
  const sending = async () => (await bob.sent("camera", "framesPerSecond")).filter((rate) => rate > 0).length;
  await expect.poll(sending, WITHIN).toBe(0);
  await alice.resizes(bob, [1_280, 720]);
  await expect.poll(height, WITHIN).toBe(720);
  await alice.sees(bob);
  await close(alice, bob);
});

test("the sockets are cut: sound and video continue, and missed events are caught up with", async () => {
  const { alice, bob } = await twoInARoom();
  shared().platform.front.cutSockets();
  await Promise.all([alice.isInState("reconnecting"), bob.isInState("reconnecting")]);
  await Promise.all([alice.sees(bob, "camera", 30), bob.sees(alice, "camera", 30), alice.hears(bob)]);
  await bob.mutes("microphone");
  const sharing = bob.showsScreen();
  shared().platform.front.restoreSockets();
  await Promise.all([alice.isInState("connected"), bob.isInState("connected")]);
  await sharing;
  await alice.isTold("participantchanged", `${bob.peerId} microphone muted`);
  await alice.sees(bob, "screen");
  await alice.sees(bob);
  expect(await alice.told("streamremoved")).toEqual([]);
  expect(await alice.told("error")).toEqual([]);
  await close(alice, bob);
});

test("media workers die: the same users continue in the same streams", async () => {
  const { alice, bob } = await twoInARoom();
  for (const pid of mediaWorkers()) {
    await killWorker(pid);
    await Promise.all([alice.sees(bob, "camera", 30), bob.sees(alice, "camera", 30), alice.hears(bob)]);
  }
  await alice.writes("Still here");
  await bob.isTold("message", `${alice.peerId} to all: Still here`);
  for (const event of ["participantleft", "streamremoved", "error", "statechange"] as const) {
    expect(await alice.told(event)).toEqual([]);
  }
  await close(alice, bob);
});

test("a user who may not publish sees and hears, and is not seen", async () => {
  const { roomId, alice, bob } = await twoInARoom();
  const { connectionToken } = await shared().platform.server.mintConnectionToken({
    roomId,
    participant: { canPublish: false },
  });
  const eve = await RoomUser.enters(shared().browser, shared().platform, connectionToken);
  await Promise.all([eve.sees(alice), eve.hears(bob)]);
  expect(await eve.page.evaluate(() => window.stage.room?.published.size)).toBe(0);
  expect(await eve.told("error")).toEqual([]);
  expect(await alice.page.evaluate((id) => window.stage.room?.participants.get(id)?.tracks.size, eve.peerId)).toBe(0);
  await close(alice, bob, eve);
});

test("a removed user is told, and when the room ends all are", async () => {
  const { roomId, alice, bob } = await twoInARoom();
  await shared().platform.server.kickParticipant({ roomId, peerId: bob.peerId });
  await bob.isTold("closed", "kicked");
  await alice.isTold("participantleft", `${bob.peerId} kicked`);
  await shared().platform.server.endRoom(roomId);
  await alice.isTold("closed", "terminated");
  await close(alice, bob);
});
