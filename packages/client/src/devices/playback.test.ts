import { expect, test } from "vitest";
import { type Playable, Playback } from "./playback.ts";

/** An element as browsers have them: it plays once the page was touched. */
class Element implements Playable {
  static isTouched = false;
  isPlaying = false;
  sinkId = "";
  readonly speakers: readonly string[];

  constructor(speakers: readonly string[] = ["", "headphones"]) {
    this.speakers = speakers;
  }

  async play(): Promise<void> {
    if (!Element.isTouched) throw new DOMException("", "NotAllowedError");
    this.isPlaying = true;
  }

  async setSinkId(deviceId: string): Promise<void> {
    if (!this.speakers.includes(deviceId)) throw new DOMException("", "NotFoundError");
    this.sinkId = deviceId;
  }
}

function untouchedPage() {
  Element.isTouched = false;
  const playback = new Playback();
  const told: boolean[] = [];
  playback.on("blocked", (isBlocked) => told.push(isBlocked));
  return { playback, told };
}

test("everything that the browser blocked starts with one click, and is reported once", async () => {
  const { playback, told } = untouchedPage();
  const [ada, grace] = [new Element(), new Element()];
  await Promise.all([playback.play(ada), playback.play(grace)]);
  expect([playback.isBlocked, ada.isPlaying]).toEqual([true, false]);
  Element.isTouched = true;
  await playback.start();
  expect([playback.isBlocked, ada.isPlaying, grace.isPlaying]).toEqual([false, true, true]);
  expect(told).toEqual([true, false]);
});

test("a start that the browser does not allow leaves playback blocked", async () => {
  const { playback, told } = untouchedPage();
  await playback.play(new Element());
  await playback.start();
  expect(playback.isBlocked).toBe(true);
  expect(told).toEqual([true, false, true]);
});

test("elements that were removed do not count as blocked", async () => {
  const { playback, told } = untouchedPage();
  const ada = new Element();
  await playback.play(ada);
  playback.remove(ada);
  expect(playback.isBlocked).toBe(false);
  const starting = playback.play(ada);
  playback.remove(ada);
  await starting;
  expect(playback.isBlocked).toBe(false);
  expect(told).toEqual([true, false]);
});

test("a replaced source does not count as blocked", async () => {
  const { playback } = untouchedPage();
  await playback.play({ play: () => Promise.reject(new DOMException("", "AbortError")) });
  expect(playback.isBlocked).toBe(false);
});

test("the chosen speaker applies to all elements, including later ones", async () => {
  const { playback } = untouchedPage();
  Element.isTouched = true;
  const [ada, grace] = [new Element(), new Element()];
  await playback.play(ada);
  await playback.setSpeaker("headphones");
  await playback.play(grace);
  expect([ada.sinkId, grace.sinkId]).toEqual(["headphones", "headphones"]);
});

test("a missing speaker is an error, and everything stays audible", async () => {
  const { playback } = untouchedPage();
  Element.isTouched = true;
  const ada = new Element();
  await playback.play(ada);
  await expect(playback.setSpeaker("gone")).rejects.toMatchObject({ code: "device_not_found" });
  const grace = new Element();
  await playback.play(grace);
  expect([ada.isPlaying, grace.isPlaying, grace.sinkId]).toEqual([true, true, ""]);
});

test("browsers without a choice of speaker still play everything", async () => {
  const { playback } = untouchedPage();
  const element = { play: () => Promise.resolve() };
  await playback.setSpeaker("headphones");
  await playback.play(element);
  expect(playback.isBlocked).toBe(false);
});
