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

test("what the browser held back starts by one button, and is told of once", async () => {
  const { playback, told } = untouchedPage();
  const [ada, grace] = [new Element(), new Element()];
  await Promise.all([playback.play(ada), playback.play(grace)]);
  expect([playback.isBlocked, ada.isPlaying]).toEqual([true, false]);
  Element.isTouched = true;
  await playback.start();
  expect([playback.isBlocked, ada.isPlaying, grace.isPlaying]).toEqual([false, true, true]);
  expect(told).toEqual([true, false]);
});

test("a button press that was none to the browser leaves everything as it was", async () => {
  const { playback, told } = untouchedPage();
  await playback.play(new Element());
  await playback.start();
  expect(playback.isBlocked).toBe(true);
  expect(told).toEqual([true, false, true]);
});

test("nothing is held back on account of those who have left", async () => {
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

test("another source in the same element is no obstacle", async () => {
  const { playback } = untouchedPage();
  await playback.play({ play: () => Promise.reject(new DOMException("", "AbortError")) });
  expect(playback.isBlocked).toBe(false);
});

test("the speaker is that of all elements, of later ones too", async () => {
  const { playback } = untouchedPage();
  Element.isTouched = true;
  const [ada, grace] = [new Element(), new Element()];
  await playback.play(ada);
  await playback.setSpeaker("headphones");
  await playback.play(grace);
  expect([ada.sinkId, grace.sinkId]).toEqual(["headphones", "headphones"]);
});

test("a speaker that is not there is refused, and keeps nobody from being heard", async () => {
  const { playback } = untouchedPage();
  Element.isTouched = true;
  const ada = new Element();
  await playback.play(ada);
  await expect(playback.setSpeaker("gone")).rejects.toMatchObject({ code: "device_not_found" });
  const grace = new Element();
  await playback.play(grace);
  expect([ada.isPlaying, grace.isPlaying, grace.sinkId]).toEqual([true, true, ""]);
});

test("where speakers cannot be chosen everything plays on the only one", async () => {
  const { playback } = untouchedPage();
  const element = { play: () => Promise.resolve() };
  await playback.setSpeaker("headphones");
  await playback.play(element);
  expect(playback.isBlocked).toBe(false);
});
