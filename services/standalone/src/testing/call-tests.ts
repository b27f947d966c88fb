import { Buffer } from "node:buffer";
import { readFile } from "node:fs/promises";
import type { ReceivedFile } from "@radist-tech/client";
import { expect, test } from "vitest";
import type { Callers } from "./call-browsers.ts";
import { Caller } from "./caller.ts";

/** What two people do in a call, whatever their browsers and the platform. */
export function testCalls({ shared, twoCallers, close }: Callers): void {
  test("they see each other, read the same safety number, and write; one leaves", async () => {
    const { alice, bob } = await twoCallers();
    const number = await alice.readsSafetyNumber();
    expect(number).toMatch(/^\d{5}( \d{5}){11}$/);
    expect(await bob.readsSafetyNumber()).toBe(number);
    await alice.writes("Hello Bob");
    await bob.reads("Hello Bob");
    await bob.leaves();
    await alice.isWaiting();
    await close(alice, bob);
  });

  test("the SDK sends a file, whole and with its name and type", async () => {
    const { alice, bob } = await twoCallers();
    await bob.page.evaluate(() => {
      const file = new Promise<ReceivedFile>((resolve) => window.radist?.connection.on("file", resolve));
      Object.assign(window, { file });
    });
    await alice.page.evaluate(async () => {
      const content = Uint32Array.from({ length: 500_000 }, (_, index) => index);
      await window.radist?.connection.sendFile(new File([content], "a.bin", { type: "image/png" }));
    });
    const received = await bob.page.evaluate(async () => {
      const { name, type, size, blob } = await (window as unknown as { file: Promise<ReceivedFile> }).file;
      const numbers = new Uint32Array(await (await blob).arrayBuffer());
      return [name, type, size, numbers.every((number, index) => number === index)];
    });
    expect(received).toEqual(["a.bin", "image/png", 2_000_000, true]);
    await close(alice, bob);
  });

  test("a reloaded page rejoins as the same peer", async () => {
    const { alice, bob } = await twoCallers();
    const peerId = await bob.peerId();
    await bob.page.reload();
    await bob.isIn();
    expect(await bob.peerId()).toBe(peerId);
    await Promise.all([alice.seesFrames(), bob.seesFrames()]);
    await bob.writes("Back again");
    await alice.reads("Back again");
    await close(alice, bob);
  });

  test("whoever is alone and reloads has the same seat, and the other one can join", async () => {
    const alice = await Caller.at(shared().first, shared().platform.front.url);
    const link = await alice.startsCall();
    const peerId = await alice.peerId();
    await alice.page.reload();
    await alice.isIn();
    expect(await alice.peerId()).toBe(peerId);
    const bob = await Caller.at(shared().second, "about:blank");
    await bob.joins(link);
    await Promise.all([alice.seesFrames(), bob.seesFrames()]);
    await close(alice, bob);
  });

  test("a duplicated tab does not take the seat of the first one", async () => {
    const alice = await Caller.at(shared().first, shared().platform.front.url);
    const link = await alice.startsCall();
    const peerId = await alice.peerId();
    const tab = await alice.duplicates(link);
    await tab.isInLobby();
    expect(await alice.peerId()).toBe(peerId);
    await alice.hasSignaling("connected");
    await close(alice);
  });

  test("the backend ends the call: it is over for both", async () => {
    const { alice, bob, callId } = await twoCallers();
    await shared().platform.server.endCall(callId);
    await Promise.all([alice.isOver("ended"), bob.isOver("ended")]);
    await close(alice, bob);
  });
}

/**
 * What is tested in Chromium alone. Firefox's driver tells of no downloads; and after an outage of the sockets the session of
 * Firefox with Chromium may be set up anew, which interrupts sound and video.
 */
export function testCallsInChromium({ shared, twoCallers, close }: Callers): void {
  test("the page sends a file, which can be downloaded on the other side", async () => {
    const { alice, bob } = await twoCallers();
    await alice.writes("Here it is");
    await bob.reads("Here it is");
    const content = "x".repeat(300_000);
    const file = { name: "a.txt", mimeType: "text/plain", buffer: Buffer.from(content) };
    await alice.page.getByTestId("file-input").setInputFiles(file);
    const downloading = bob.page.waitForEvent("download");
    await bob.page.getByTestId("download").click();
    const download = await downloading;
    expect([download.suggestedFilename(), await readFile(await download.path(), "utf8")]).toEqual(["a.txt", content]);
    await close(alice, bob);
  });

  test("the sockets are cut: sound and video continue, and the sockets come back", async () => {
    const { alice, bob } = await twoCallers();
    await Promise.all([alice.marksPath(), bob.marksPath()]);
    const lost = await bob.packetsLost();
    shared().platform.front.cutSockets();
    await Promise.all([alice.notices("reconnecting"), bob.notices("reconnecting")]);
    await Promise.all([alice.seesFrames(30), bob.seesFrames(30)]);
    shared().platform.front.restoreSockets();
    await Promise.all([alice.noticesNoMore("reconnecting"), bob.noticesNoMore("reconnecting")]);
    await Promise.all([alice.seesFrames(), bob.seesFrames()]);
    expect(await Promise.all([alice.hasMarkedPath(), bob.hasMarkedPath()])).toEqual([true, true]);
    expect(await bob.packetsLost()).toBe(lost);
    await alice.writes("Still here");
    await bob.reads("Still here");
    await close(alice, bob);
  });
}
