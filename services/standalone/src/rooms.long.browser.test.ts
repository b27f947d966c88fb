import { expect, test } from "vitest";
import { RoomUser } from "./testing/room-user.ts";
import { killWorker, mediaWorkers, shared, sharePlatform } from "./testing/shared-platform.ts";
import { close, twoInARoom } from "./testing/shared-rooms.ts";
import { watchStream } from "./testing/stream-watch.ts";

const WITHIN = { timeout: 60_000, interval: 200 };

sharePlatform();

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

test("a video that one viewer hides costs that viewer no packet while another one keeps watching", async () => {
  const { alice, bob, third } = await twoInARoom();
  const eve = await RoomUser.enters(shared().browser, shared().platform, third);
  await eve.sees(bob);
  const packets = (viewer: RoomUser) => viewer.received(bob.peerId, "camera", "packetsReceived");
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

test("the sockets are cut and come back: no packet and no frame is lost", async () => {
  const { alice, bob } = await twoInARoom({ logsFrames: true });
  const videos = await Promise.all([watchStream(alice, bob, "camera"), watchStream(bob, alice, "camera")]);
  const sounds = await Promise.all([watchStream(alice, bob, "microphone"), watchStream(bob, alice, "microphone")]);
  const streams = [...videos, ...sounds];
  shared().platform.front.cutSockets();
  await Promise.all([alice.isInState("reconnecting"), bob.isInState("reconnecting")]);
  await Promise.all(streams.map((stream) => stream.brings(30)));
  shared().platform.front.restoreSockets();
  await Promise.all([alice.isInState("connected"), bob.isInState("connected")]);
  await Promise.all(streams.map((stream) => stream.brings(30)));
  for (const stream of streams) {
    expect(await stream.losses()).toEqual({ frames: [], packets: 0, isAnotherStream: false });
  }
  await Promise.all([alice.mutes("camera"), bob.mutes("camera")]);
  await Promise.all(videos.map((video) => video.isDecoded()));
  await close(alice, bob);
});

test("a camera that was off when the media workers died comes back", async () => {
  const { alice, bob } = await twoInARoom();
  await bob.page.evaluate(() => window.stage.room?.published.get("camera")?.replaceTrack(null));
  await alice.isTold("participantchanged", `${bob.peerId} camera muted`);
  for (const pid of mediaWorkers()) {
    await killWorker(pid);
    await Promise.all([bob.sees(alice, "camera", 30), alice.hears(bob)]);
  }
  await bob.page.evaluate(() => window.stage.room?.published.get("camera")?.replaceTrack(window.stage.drawing()));
  await alice.sees(bob, "camera", 30);
  expect(await bob.told("error")).toEqual([]);
  await close(alice, bob);
});

test("a page that attaches nothing is sent everything", async () => {
  const { alice, third } = await twoInARoom();
  const eve = await RoomUser.enters(shared().browser, shared().platform, third, { attaches: false });
  await eve.sees(alice);
  expect((await eve.told("participantjoined")).length).toBe(2);
  await close(eve);
});

test("reconnecting takes a new socket and looks for new paths, and no one misses anything", async () => {
  const { alice, bob } = await twoInARoom();
  await bob.page.evaluate(() => window.stage.room?.reconnect());
  await bob.isInState("connected");
  await Promise.all([alice.sees(bob, "camera", 30), bob.sees(alice, "camera", 30)]);
  expect([await bob.told("error"), await bob.told("closed"), await alice.told("streamremoved")]).toEqual([[], [], []]);
  await close(alice, bob);
});

test("VP9 carries all sizes in one stream", async () => {
  const { roomTokens } = await shared().platform.server.createRoom();
  const [first = "", second = ""] = roomTokens;
  const alice = await RoomUser.enters(shared().browser, shared().platform, first, { codec: "vp9" });
  const bob = await RoomUser.enters(shared().browser, shared().platform, second);
  await bob.sees(alice);
  expect(await alice.sent("camera", "framesEncoded")).toHaveLength(1);
  await bob.resizes(alice, [160, 90]);
  await expect.poll(() => bob.received(alice.peerId, "camera", "frameHeight"), WITHIN).toBe(180);
  await close(alice, bob);
});

test("a voice travels in RED between users who support it, and as Opus alone to and from one who does not", async () => {
  const { alice, bob, third } = await twoInARoom();
  const eve = await RoomUser.enters(shared().browser, shared().platform, third, { redundantAudio: false });
  await Promise.all([alice.hears(bob), bob.hears(alice), alice.hears(eve), eve.hears(alice), eve.hears(bob)]);
  expect(await alice.redundancyOf(bob)).toBeGreaterThan(0.5);
  expect(await alice.redundancyOf(eve)).toBeLessThan(0.1);
  expect(await eve.redundancyOf(bob)).toBeLessThan(0.1);
  await close(alice, bob, eve);
});
