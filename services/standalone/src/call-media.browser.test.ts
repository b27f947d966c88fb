import { launchFirefox } from "@radist-tech/testkit";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { openCallPage } from "./testing/call-page.ts";
import { shared, sharePlatform } from "./testing/shared-platform.ts";

sharePlatform();

async function callTokens(): Promise<readonly string[]> {
  return (await shared().platform.server.createP2PConnection()).callTokens;
}

async function publicKey(): Promise<string> {
  const config = (await (await fetch(`${shared().platform.front.url}/web/config`)).json()) as { publicKey: string };
  return config.publicKey;
}

async function openPage(): Promise<Page> {
  const page = await (await shared().browser.newContext()).newPage();
  await openCallPage(page, shared().platform.front.url);
  return page;
}

type Received = (kind: "audio" | "video", figure: string) => Promise<number>;

const receivedBy =
  (page: Page): Received =>
  (kind, figure) =>
    page.evaluate(([of, name]) => window.calls.received(of, name), [kind, figure] as const);

/** How much sound arrives while so many packets do. */
async function energyOf(received: Received, packets = 100): Promise<number> {
  const [count, energy] = await Promise.all([
    received("audio", "packetsReceived"),
    received("audio", "totalAudioEnergy"),
  ]);
  await expect.poll(() => received("audio", "packetsReceived")).toBeGreaterThan(count + packets);
  return (await received("audio", "totalAudioEnergy")) - energy;
}

const isHeard = (received: Received) => expect.poll(() => energyOf(received)).toBeGreaterThan(0.01);

async function isSilent(received: Received): Promise<void> {
  // What was said before is still being played out.
  await energyOf(received);
  expect(await energyOf(received)).toBeLessThan(0.001);
}

describe("In a call", () => {
  test("a track that takes the place of a muted one is not heard before it is unmuted", async () => {
    const page = await openPage();
    await page.evaluate(([key, tokens]) => window.calls.enter(key, tokens, new MediaStream([window.calls.tone()])), [
      await publicKey(),
      await callTokens(),
    ] as const);
    await isHeard(receivedBy(page));
    await page.evaluate(async () => {
      window.calls.caller.setMicrophone(false);
      await window.calls.caller.replaceTrack("audio", window.calls.tone());
    });
    await isSilent(receivedBy(page));
    await page.evaluate(() => window.calls.caller.setMicrophone(true));
    await isHeard(receivedBy(page));
    await page.context().close();
  });

  test("a screen is shared with its sound, and the microphone is heard again afterwards", async () => {
    const page = await openPage();
    await page.evaluate(
      async ([key, tokens]) => {
        const { calls } = window;
        await calls.enter(key, tokens, new MediaStream([calls.drawing()]));
        navigator.mediaDevices.getDisplayMedia = async () => new MediaStream([calls.drawing(), calls.tone()]);
        await calls.caller.shareScreen({ audio: true });
      },
      [await publicKey(), await callTokens()] as const,
    );
    await isHeard(receivedBy(page));
    await page.evaluate(async () => {
      const { caller } = window.calls;
      await caller.replaceTrack("audio", window.calls.tone());
      await caller.stopSharing();
    });
    await isHeard(receivedBy(page));
    await page.context().close();
  });

  test("an exchanged device is no news to the other side, whose picture goes on", async () => {
    const page = await openPage();
    await page.evaluate(([key, tokens]) => window.calls.enter(key, tokens, new MediaStream([window.calls.drawing()])), [
      await publicKey(),
      await callTokens(),
    ] as const);
    const frames = () => receivedBy(page)("video", "framesDecoded");
    await expect.poll(frames).toBeGreaterThan(5);
    const before = await frames();
    await page.evaluate(async () => {
      await window.calls.caller.replaceTrack("video", window.calls.drawing());
      await window.calls.caller.replaceTrack("video", window.calls.drawing());
    });
    await expect.poll(frames).toBeGreaterThan(before + 30);
    expect(await page.evaluate(() => window.calls.told)).toEqual(["remotestream 1"]);
    await page.context().close();
  });
});

test("the other side is told of mute, by the user and by the system, and sees nothing of one who has left", async () => {
  const page = await openPage();
  await page.evaluate(([key, tokens]) => window.calls.enter(key, tokens, new MediaStream([window.calls.tone()])), [
    await publicKey(),
    await callTokens(),
  ] as const);
  const isMuted = () => page.evaluate(() => window.calls.callee.peerMedia?.isMuted);
  await expect.poll(isMuted).toBe(false);
  await page.evaluate(() => window.calls.caller.setMicrophone(false));
  await expect.poll(isMuted).toBe(true);
  await page.evaluate(() => window.calls.caller.setMicrophone(true));
  await expect.poll(isMuted).toBe(false);
  await page.evaluate(() => {
    const [track] = window.calls.caller.localStream?.getAudioTracks() ?? [];
    if (!track) throw new Error("There is no microphone.");
    // As a headset's key does it.
    Object.defineProperty(track, "muted", { value: true });
    track.dispatchEvent(new Event("mute"));
  });
  await expect.poll(isMuted).toBe(true);
  await page.evaluate(() => window.calls.caller.leave());
  await expect.poll(() => page.evaluate(() => window.calls.told)).toEqual(["remotestream 1", "remotestream 0"]);
  expect(await page.evaluate(() => window.calls.callee.peerMedia)).toBeUndefined();
  await page.context().close();
});

test("a call is joined with the microphone where there is no camera, and the page is told", async () => {
  const page = await openPage();
  await page.evaluate(
    ([key, tokens]) => {
      const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = (constraints) =>
        constraints?.video ? Promise.reject(new DOMException("", "NotFoundError")) : open(constraints);
      return window.calls.enter(key, tokens);
    },
    [await publicKey(), await callTokens()] as const,
  );
  await isHeard(receivedBy(page));
  await expect.poll(() => page.evaluate(() => window.calls.errors)).toEqual(["device_not_found"]);
  await page.context().close();
});

test("In Firefox, too, a remembered device that is gone is replaced", async () => {
  await using firefox = await launchFirefox();
  const page = await firefox.newPage();
  await openCallPage(page, shared().platform.front.url);
  const found = await page.evaluate(async () => {
    const devices = new window.calls.sdk.LocalDevices({ storage: null });
    await devices.select("camera", "a-camera-of-another-day");
    await devices.select("microphone", "a-microphone-of-another-day");
    await devices.start();
    const { camera, microphone } = devices.state;
    return [camera, microphone].map(({ track, problem }) => problem ?? track?.readyState);
  });
  expect(found).toEqual(["live", "live"]);
});

test("a call without a path says so after 15 seconds, and not that it is connected", { tags: ["long"] }, async () => {
  const page = await openPage();
  await page.evaluate(
    ([key, tokens]) => window.calls.enter(key, tokens, new MediaStream(), { iceTransportPolicy: "relay" }),
    [await publicKey(), await callTokens()] as const,
  );
  await expect.poll(() => page.evaluate(() => window.calls.errors)).toContain("no_media_path");
  expect(await page.evaluate(() => window.calls.caller.state)).toEqual({ signaling: "connected", media: "failed" });
  await page.context().close();
});
