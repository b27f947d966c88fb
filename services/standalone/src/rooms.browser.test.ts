import process from "node:process";
import { launchBrowser } from "@radist-tech/testkit";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { onePlatform, type Platform } from "./testing/platform.ts";
import { RoomGoer, type RoomGoerOptions } from "./testing/room-goer.ts";
import { watchStream } from "./testing/stream-watch.ts";

const WITHIN = { timeout: 60_000, interval: 200 };

let platform: Platform;
let browser: Browser;
beforeAll(async () => {
  platform = await onePlatform();
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await platform?.[Symbol.asyncDispose]();
});

async function twoInARoom(options: RoomGoerOptions = {}) {
  const { roomId, roomTokens } = await platform.server.createRoom({ tokens: 3 });
  const [first = "", second = "", third = ""] = roomTokens;
  const alice = await RoomGoer.enters(browser, platform, first, options);
  const bob = await RoomGoer.enters(browser, platform, second, options);
  await Promise.all([alice.sees(bob), bob.sees(alice)]);
  return { roomId, alice, bob, third };
}
const close = (...goers: RoomGoer[]) => Promise.all(goers.map((goer) => goer.closes()));

test("three people see and hear each other, and one leaves", async () => {
  const { alice, bob, third } = await twoInARoom();
  const eve = await RoomGoer.enters(browser, platform, third);
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
  await eve.leaves();
  await alice.isTold("participantleft", `${eve.peerId} left`);
  expect(await eve.told("closed")).toEqual(["left"]);
  await close(eve);
  await bob.closes();
  await alice.isTold("participantleft", `${bob.peerId} left`);
  await close(alice);
});

test("messages reach all, or one alone", async () => {
  const { alice, bob, third } = await twoInARoom();
  const eve = await RoomGoer.enters(browser, platform, third);
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

test("who mutes is not heard or seen, and the others know", async () => {
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

test("a screen is shared beside the camera, and taken back", async () => {
  const { alice, bob } = await twoInARoom();
  await bob.showsScreen();
  await alice.sees(bob, "screen");
  await bob.page.evaluate(() => window.stage.room?.published.get("screen")?.unpublish());
  await alice.isTold("streamremoved", `${bob.peerId} screen`);
  await alice.sees(bob);
  await close(alice, bob);
});

test("another device takes the camera's place in the same stream", async () => {
  const { alice, bob } = await twoInARoom();
  await bob.page.evaluate(async () => {
    await window.stage.room?.published.get("camera")?.replaceTrack(window.stage.drawing(720, 720));
  });
  const isSquare = async () =>
    (await alice.received(bob.peerId, "camera", "frameWidth")) ===
    (await alice.received(bob.peerId, "camera", "frameHeight"));
  await expect.poll(isSquare, WITHIN).toBe(true);
  await bob.page.evaluate(async () => {
    const cameras = (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === "videoinput");
    await window.stage.room?.published.get("camera")?.replaceTrack(cameras[0]?.deviceId ?? "");
  });
  await expect.poll(isSquare, WITHIN).toBe(false);
  await alice.sees(bob);
  expect(await alice.told("streamremoved")).toEqual([]);
  await close(alice, bob);
});

test("a small picture gets a small layer, a large one a large layer, and nobody is sent what nobody sees", async () => {
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

test("what one viewer hides costs that one no packet while another one watches on", async () => {
  const { alice, bob, third } = await twoInARoom();
  const eve = await RoomGoer.enters(browser, platform, third);
  await eve.sees(bob);
  const packets = (viewer: RoomGoer) => viewer.received(bob.peerId, "camera", "packetsReceived");
  /** As the browser counts it, and as the media server does. */
  const atAlice = () =>
    Promise.all([
      packets(alice),
      alice.received(bob.peerId, "camera", "bytesReceived"),
      alice.sentByServer(bob, "camera", "packetCount"),
      alice.sentByServer(bob, "camera", "byteCount"),
    ]);
  /** How much more of bob there is at alice when a hundred more packets of him have reached eve. */
  const growth = async () => {
    const [before, seen] = [await atAlice(), await packets(eve)];
    await expect.poll(() => packets(eve), WITHIN).toBeGreaterThanOrEqual(seen + 100);
    return (await atAlice()).map((figure, index) => figure - (before[index] ?? 0));
  };
  expect(Math.min(...(await growth()))).toBeGreaterThan(0);
  await alice.resizes(bob, [0, 0]);
  await expect.poll(growth, WITHIN).toEqual([0, 0, 0, 0]);
  await alice.hears(bob);
  expect(await growth()).toEqual([0, 0, 0, 0]);
  await alice.resizes(bob, [640, 360]);
  await alice.sees(bob);
  await close(alice, bob, eve);
});

test("the sockets are cut and come back: of all that is sent meanwhile no packet and no frame is lost", async () => {
  const { alice, bob } = await twoInARoom({ logsFrames: true });
  const videos = await Promise.all([watchStream(alice, bob, "camera"), watchStream(bob, alice, "camera")]);
  const sounds = await Promise.all([watchStream(alice, bob, "microphone"), watchStream(bob, alice, "microphone")]);
  const streams = [...videos, ...sounds];
  platform.front.cutSockets();
  await Promise.all([alice.isInState("reconnecting"), bob.isInState("reconnecting")]);
  await Promise.all(streams.map((stream) => stream.brings(30)));
  platform.front.restoreSockets();
  await Promise.all([alice.isInState("connected"), bob.isInState("connected")]);
  await Promise.all(streams.map((stream) => stream.brings(30)));
  for (const stream of streams) {
    expect(await stream.losses()).toEqual({ frames: [], packets: 0, isAnotherStream: false });
  }
  await Promise.all([alice.mutes("camera"), bob.mutes("camera")]);
  await Promise.all(videos.map((video) => video.isDecoded()));
  await close(alice, bob);
});

test("the sockets are cut: picture and sound go on, and what happened meanwhile is caught up with", async () => {
  const { alice, bob } = await twoInARoom();
  platform.front.cutSockets();
  await Promise.all([alice.isInState("reconnecting"), bob.isInState("reconnecting")]);
  await Promise.all([alice.sees(bob, "camera", 30), bob.sees(alice, "camera", 30), alice.hears(bob)]);
  await bob.mutes("microphone");
  const sharing = bob.showsScreen();
  platform.front.restoreSockets();
  await Promise.all([alice.isInState("connected"), bob.isInState("connected")]);
  await sharing;
  await alice.isTold("participantchanged", `${bob.peerId} microphone muted`);
  await alice.sees(bob, "screen");
  await alice.sees(bob);
  expect(await alice.told("streamremoved")).toEqual([]);
  expect(await alice.told("error")).toEqual([]);
  await close(alice, bob);
});

test("media workers die: the same people go on in the same pictures", async () => {
  const { alice, bob } = await twoInARoom();
  const workers = platform.media.flatMap(({ children }) => children);
  for (const pid of workers) {
    process.kill(pid, "SIGKILL");
    await expect.poll(() => platform.media.flatMap(({ children }) => children).includes(pid), WITHIN).toBe(false);
    await Promise.all([alice.sees(bob, "camera", 30), bob.sees(alice, "camera", 30), alice.hears(bob)]);
  }
  await alice.writes("Still here");
  await bob.isTold("message", `${alice.peerId} to all: Still here`);
  for (const event of ["participantleft", "streamremoved", "error", "statechange"] as const) {
    expect(await alice.told(event)).toEqual([]);
  }
  await close(alice, bob);
});

test("a page that attaches nothing is sent everything", async () => {
  const { alice, third } = await twoInARoom();
  const eve = await RoomGoer.enters(browser, platform, third, { attaches: false });
  await eve.sees(alice);
  expect((await eve.told("participantjoined")).length).toBe(2);
  await close(eve);
});

test("who may not publish sees and hears, and is not seen", async () => {
  const { roomId, alice, bob } = await twoInARoom();
  const { connectionToken } = await platform.server.mintConnectionToken({ roomId, participant: { canPublish: false } });
  const eve = await RoomGoer.enters(browser, platform, connectionToken);
  await Promise.all([eve.sees(alice), eve.hears(bob)]);
  expect(await eve.page.evaluate(() => window.stage.room?.published.size)).toBe(0);
  expect(await eve.told("error")).toEqual([]);
  expect(await alice.page.evaluate((id) => window.stage.room?.participants.get(id)?.tracks.size, eve.peerId)).toBe(0);
  await close(alice, bob, eve);
});

test("who reconnects takes a fresh socket and looks for fresh paths, and nobody misses anything", async () => {
  const { alice, bob } = await twoInARoom();
  await bob.page.evaluate(() => window.stage.room?.reconnect());
  await bob.isInState("connected");
  await Promise.all([alice.sees(bob, "camera", 30), bob.sees(alice, "camera", 30)]);
  expect([await bob.told("error"), await bob.told("closed"), await alice.told("streamremoved")]).toEqual([[], [], []]);
  await close(alice, bob);
});

test("VP9 carries all sizes in one stream", async () => {
  const { roomTokens } = await platform.server.createRoom();
  const [first = "", second = ""] = roomTokens;
  const alice = await RoomGoer.enters(browser, platform, first, { codec: "vp9" });
  const bob = await RoomGoer.enters(browser, platform, second);
  await bob.sees(alice);
  expect(await alice.sent("camera", "framesEncoded")).toHaveLength(1);
  await bob.resizes(alice, [160, 90]);
  await expect.poll(() => bob.received(alice.peerId, "camera", "frameHeight"), WITHIN).toBe(180);
  await close(alice, bob);
});

test("a voice travels in RED between those who know it, and as Opus alone to and from who does not", async () => {
  const { alice, bob, third } = await twoInARoom();
  const eve = await RoomGoer.enters(browser, platform, third, { redundantAudio: false });
  await Promise.all([alice.hears(bob), bob.hears(alice), alice.hears(eve), eve.hears(alice), eve.hears(bob)]);
  expect(await alice.redundancyOf(bob)).toBeGreaterThan(0.5);
  expect(await alice.redundancyOf(eve)).toBeLessThan(0.1);
  expect(await eve.redundancyOf(bob)).toBeLessThan(0.1);
  await close(alice, bob, eve);
});

test("who is removed knows it, and when the room ends all do", async () => {
  const { roomId, alice, bob } = await twoInARoom();
  await platform.server.kickParticipant({ roomId, peerId: bob.peerId });
  await bob.isTold("closed", "kicked");
  await alice.isTold("participantleft", `${bob.peerId} kicked`);
  await platform.server.endRoom(roomId);
  await alice.isTold("closed", "terminated");
  await close(alice, bob);
});
