import type { ConnectionState, RadistConnection, RadistRoomConnection } from "@radist-tech/client";
import type { Browser, Page } from "playwright-core";
import { expect } from "vitest";

declare global {
  interface Window {
    /** What the page offers for diagnosis: the one or the other. */
    radist?: { readonly connection: RadistConnection; readonly room: RadistRoomConnection };
  }
}

const WITHIN = { timeout: 60_000, interval: 200 };

/** A user of the page in a call, in a browser window of their own. */
export class Caller {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  static async at(browser: Browser, url: string): Promise<Caller> {
    const context = await browser.newContext({ acceptDownloads: true });
    const page = await context.newPage();
    await page.goto(url);
    return new Caller(page);
  }

  /** Starts a call; resolves with its link. */
  async startsCall(): Promise<string> {
    await this.#byId("start-call").click();
    await this.page.waitForURL(/\/call\//);
    await this.isIn();
    return this.page.url();
  }

  async joins(link: string): Promise<void> {
    await this.page.goto(link);
    await this.#byId("join").click();
    await this.isIn();
  }

  /** Opens another tab of the same window with a copy of what this one keeps, as browsers do. */
  async duplicates(link: string): Promise<Caller> {
    const kept = await this.page.evaluate(() => Object.entries(sessionStorage));
    const page = await this.page.context().newPage();
    await page.addInitScript((entries) => {
      for (const [key, value] of entries) sessionStorage.setItem(key, value);
    }, kept);
    await page.goto(link);
    return new Caller(page);
  }

  async isInLobby(): Promise<void> {
    await this.#byId("join").waitFor();
  }

  async isIn(): Promise<void> {
    await this.#byId("call").waitFor();
    await this.page.waitForFunction(() => window.radist !== undefined);
  }

  /** Decodes new frames of the other's picture. */
  async seesFrames(count = 5): Promise<void> {
    await expect.poll(() => this.framesDecoded(), WITHIN).toBeGreaterThan(0);
    const before = await this.framesDecoded();
    await expect.poll(() => this.framesDecoded(), WITHIN).toBeGreaterThanOrEqual(before + count);
  }

  /** By the page's button. */
  async switches(what: "camera" | "screen"): Promise<void> {
    await this.#byId(what).click();
  }

  /** The other's picture is on the page, and moves. */
  async seesPicture(): Promise<void> {
    await this.#byId("remote-video").waitFor();
    await this.seesFrames();
  }

  async seesNoPicture(): Promise<void> {
    await this.#byId("remote-video").waitFor({ state: "hidden" });
  }

  async seesScreen(): Promise<void> {
    await this.page.locator("[data-testid=remote-video][aria-label^='Screen shared by']").waitFor();
    await this.seesPicture();
  }

  async seesCamera(): Promise<void> {
    await this.page.locator("[data-testid=remote-video][aria-label^='Video of']").waitFor();
    await this.seesPicture();
  }

  framesDecoded(): Promise<number> {
    return this.#inbound("framesDecoded");
  }

  packetsLost(): Promise<number> {
    return this.#inbound("packetsLost");
  }

  /** The kinds of the two ends of the path in use, and how this side reaches its TURN server. */
  relayedBy(): Promise<{ local: string; remote: string; protocol: string } | undefined> {
    return this.page.evaluate(async () => {
      const report = await window.radist?.connection.peerConnection?.getStats();
      const stats = new Map<string, Record<string, string>>();
      report?.forEach((stat: { id: string }) => {
        stats.set(stat.id, stat as Record<string, string> & { id: string });
      });
      const transport = [...stats.values()].find(({ type }) => type === "transport");
      const pair = stats.get(transport?.selectedCandidatePairId ?? "");
      const [local, remote] = [pair?.localCandidateId, pair?.remoteCandidateId].map((id) => stats.get(id ?? ""));
      if (!local || !remote) return undefined;
      return { local: `${local.candidateType}`, remote: `${remote.candidateType}`, protocol: `${local.relayProtocol}` };
    });
  }

  /** The fragment that names this side's ICE session, which changes with each ICE restart (RFC 8839, section 5.4). */
  iceSession(): Promise<string | undefined> {
    return this.page.evaluate(
      () => window.radist?.connection.peerConnection?.localDescription?.sdp.match(/^a=ice-ufrag:(\S+)/m)?.[1],
    );
  }

  /** When the TURN credentials in use run out, milliseconds since 1970. */
  credentialsRunOut(): Promise<number> {
    return this.page.evaluate(() => {
      const { iceServers = [] } = window.radist?.connection.peerConnection?.getConfiguration() ?? {};
      const username = iceServers.find((server) => server.username)?.username;
      return Number.parseInt(username ?? "", 10) * 1_000;
    });
  }

  peerId(): Promise<string | undefined> {
    return this.page.evaluate(() => window.radist?.connection.peerId);
  }

  async hasSignaling(state: ConnectionState["signaling"]): Promise<void> {
    await expect.poll(() => this.page.evaluate(() => window.radist?.connection.state.signaling), WITHIN).toBe(state);
  }

  /** Remembers the present RTCPeerConnection, to tell later whether it is still the same. */
  async marksPath(): Promise<void> {
    await this.page.evaluate(() => {
      Object.assign(window, { marked: window.radist?.connection.peerConnection });
    });
  }

  hasMarkedPath(): Promise<boolean> {
    return this.page.evaluate(
      () => (window as { marked?: unknown }).marked === window.radist?.connection.peerConnection,
    );
  }

  async writes(text: string): Promise<void> {
    await this.#opensMessages();
    await this.#byId("message-input").fill(text);
    await this.#byId("send-message").click();
  }

  async reads(text: string): Promise<void> {
    await this.#opensMessages();
    await this.#byId("messages").getByText(text).waitFor();
  }

  async leaves(): Promise<void> {
    await this.#byId("leave").click();
    await this.isOver("left");
  }

  async isOver(how: string): Promise<void> {
    await this.page.locator(`[data-testid=over][data-over=${how}]`).waitFor();
  }

  async notices(id: "reconnecting" | "away"): Promise<void> {
    await this.#byId(`notice-${id}`).waitFor();
  }

  async noticesNoMore(id: "reconnecting" | "away"): Promise<void> {
    await this.#byId(`notice-${id}`).waitFor({ state: "detached" });
  }

  async isWaiting(): Promise<void> {
    await this.#byId("waiting").waitFor();
  }

  /** Waits for the notice that there is no path, and asks why, with the keyboard alone. */
  async asksWhy(): Promise<{ reason: string | null; steps: number }> {
    return asksWhy(this.page);
  }

  /** What the dialog shows as the safety number. */
  async readsSafetyNumber(): Promise<string> {
    await this.#byId("safety").click();
    const number = (await this.#byId("safety-number").textContent())?.trim() ?? "";
    // It is in the page for a moment before it is a dialog that takes keys.
    await this.page.locator("[data-testid=safety-dialog][open]").waitFor();
    await this.page.keyboard.press("Escape");
    await this.#byId("safety-dialog").waitFor({ state: "detached" });
    return number;
  }

  async #opensMessages(): Promise<void> {
    if (!(await this.#byId("messages").isVisible())) await this.#byId("chat").click();
  }

  #byId(id: string) {
    return this.page.getByTestId(id);
  }

  #inbound(field: "framesDecoded" | "packetsLost"): Promise<number> {
    return this.page.evaluate(async (name) => {
      const report = await window.radist?.connection.peerConnection?.getStats();
      let sum = 0;
      report?.forEach((stat: { type: string; [name: string]: unknown }) => {
        if (stat.type === "inbound-rtp" && typeof stat[name] === "number") sum += stat[name];
      });
      return sum;
    }, field);
  }
}

/** Of a page in a call or a room. */
export async function asksWhy(page: Page): Promise<{ reason: string | null; steps: number }> {
  const button = page.getByTestId("why");
  await button.waitFor({ timeout: WITHIN.timeout });
  await button.focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByTestId("why-dialog");
  const reason = await dialog.getByTestId("why-summary").getAttribute("data-reason", { timeout: WITHIN.timeout });
  const steps = await dialog.locator("ol li").count();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  return { reason, steps };
}
