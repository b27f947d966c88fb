import type { Browser, Locator, Page } from "playwright-core";
import { expect } from "vitest";
// It declares what the page offers for diagnosis.
import type {} from "./caller.ts";

const WITHIN = { timeout: 60_000, interval: 200 };

/** A user of the page in a room, in a browser window of their own. */
export class PageUser {
  readonly page: Page;
  readonly name: string;
  /** Their id in the room; the same one after a reload. */
  peerId = "";

  private constructor(page: Page, name: string) {
    this.page = page;
    this.name = name;
  }

  static async at(browser: Browser, url: string, name: string): Promise<PageUser> {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.addInitScript(hum);
    await page.goto(url);
    await page.getByTestId("name").fill(name);
    return new PageUser(page, name);
  }

  /** Starts a room; resolves with its link. */
  async startsRoom(): Promise<string> {
    await this.byId("start-room").click();
    await this.page.waitForURL(/\/room\//);
    await this.isIn();
    return this.page.url();
  }

  /** Opens another tab of the same window with a copy of what this one keeps, as browsers do. */
  async duplicates(link: string): Promise<PageUser> {
    const kept = await this.page.evaluate(() => Object.entries(sessionStorage));
    const page = await this.page.context().newPage();
    await page.addInitScript(hum);
    await page.addInitScript((entries) => {
      for (const [key, value] of entries) sessionStorage.setItem(key, value);
    }, kept);
    await page.goto(link);
    return new PageUser(page, this.name);
  }

  async joins(): Promise<void> {
    await this.byId("join").click();
    await this.isIn();
  }

  async isIn(): Promise<void> {
    await this.byId("room").waitFor();
    await this.page.waitForFunction(() => window.radist?.room.state === "connected");
    this.peerId = await this.page.evaluate(() => window.radist?.room.peerId ?? "");
  }

  /** From here on, {@link otherTiles} counts. */
  async countsTiles(): Promise<void> {
    await this.page.evaluate(() => {
      const counted = { tiles: 0 };
      const count = () => {
        counted.tiles = Math.max(counted.tiles, document.querySelectorAll("[data-testid^=tile-]").length);
      };
      new MutationObserver(count).observe(document.body, { subtree: true, childList: true, attributes: true });
      count();
      Object.assign(window, { counted });
    });
  }

  /** How many tiles of others were shown at once, at most. */
  otherTiles(): Promise<number> {
    return this.page.evaluate(() => (window as unknown as { counted: { tiles: number } }).counted.tiles);
  }

  byId(id: string): Locator {
    return this.page.getByTestId(id);
  }

  tileOf(other: PageUser): Locator {
    return this.byId(`tile-${other.peerId}`);
  }

  /** Another user's tile has their name, and a video that moves. */
  async sees(other: PageUser): Promise<void> {
    await this.tileOf(other).getByText(other.name, { exact: true }).waitFor();
    await this.#moves(this.byId(`video-${other.peerId}-camera`));
  }

  async seesScreenOf(other: PageUser): Promise<void> {
    await this.#moves(this.byId(`screen-${other.peerId}`).locator("video"));
  }

  /** Sound of another user arrives, and is being played. */
  async hears(other: PageUser): Promise<void> {
    const energy = (): Promise<number> =>
      this.page.evaluate(async (id) => {
        const report = await window.radist?.room.participants.get(id)?.tracks.get("microphone")?.getStats();
        let sum = 0;
        report?.forEach((stat: { type: string; totalAudioEnergy?: number }) => {
          if (stat.type === "inbound-rtp") sum += stat.totalAudioEnergy ?? 0;
        });
        return sum;
      }, other.peerId);
    await expect.poll(energy, WITHIN).toBeGreaterThan(0);
    const sound = this.byId(`sound-${other.peerId}`);
    expect(await sound.evaluate((audio: HTMLAudioElement) => !audio.paused && !audio.muted)).toBe(true);
  }

  async seesMuted(other: PageUser, muted: boolean): Promise<void> {
    await this.page.locator(`[data-testid="tile-${other.peerId}"][data-muted="${muted}"]`).waitFor();
  }

  /** A user is marked as the active speaker, and no one else is. */
  async seesSpeaking(other: PageUser): Promise<void> {
    const speaking = this.page.locator("[data-speaking=true]");
    const ids = (): Promise<(string | null)[]> =>
      speaking.evaluateAll((tiles) => tiles.map((tile) => tile.getAttribute("data-testid")));
    await expect.poll(ids, WITHIN).toEqual([other === this ? "self-tile" : `tile-${other.peerId}`]);
  }

  async seesNoMore(other: PageUser): Promise<void> {
    await this.tileOf(other).waitFor({ state: "detached" });
  }

  async writes(text: string): Promise<void> {
    await this.#opensMessages();
    await this.byId("message-input").fill(text);
    await this.byId("send-message").click();
  }

  /** By the button on the other's tile. */
  async writesAloneTo(other: PageUser, text: string): Promise<void> {
    await this.tileOf(other).hover();
    await this.byId(`write-${other.peerId}`).click();
    await this.writes(text);
  }

  async reads(text: string, from: string): Promise<void> {
    await this.#opensMessages();
    const entry = this.byId("entry").filter({ hasText: text });
    await entry.getByText(from).waitFor();
  }

  async isOver(how: string): Promise<void> {
    await this.page.locator(`[data-testid=over][data-over=${how}]`).waitFor();
  }

  closes(): Promise<void> {
    return this.page.context().close();
  }

  async #opensMessages(): Promise<void> {
    if (!(await this.byId("messages").isVisible())) await this.byId("chat").click();
  }

  async #moves(video: Locator): Promise<void> {
    const frames = (): Promise<number> =>
      video.evaluate((element: HTMLVideoElement) =>
        element.videoWidth > 0 ? element.getVideoPlaybackQuality().totalVideoFrames : 0,
      );
    await video.waitFor();
    await expect.poll(frames, WITHIN).toBeGreaterThan(0);
    const before = await frames();
    await expect.poll(frames, WITHIN).toBeGreaterThanOrEqual(before + 5);
  }
}

/** In the page: Chromium's microphone beeps too briefly to count as speech. This one hums. */
function hum(): void {
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    const stream = await open(constraints);
    for (const beeps of stream.getAudioTracks()) {
      const audio = new AudioContext();
      const tone = audio.createOscillator();
      const hums = audio.createMediaStreamDestination();
      tone.connect(hums);
      tone.start();
      beeps.stop();
      stream.removeTrack(beeps);
      for (const track of hums.stream.getTracks()) stream.addTrack(track);
    }
    return stream;
  };
}
