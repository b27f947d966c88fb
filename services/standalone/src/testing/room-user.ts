import type { CreateRoomConnectionOptions, RoomEvents } from "@radist-tech/client";
import type { Browser, Page } from "playwright-core";
import { expect } from "vitest";
import { openRoomPage } from "./room-page.ts";

const WITHIN = { timeout: 60_000, interval: 100 };

export type RoomUserOptions = Omit<CreateRoomConnectionOptions, "roomToken" | "localStream"> & {
  /** Whether the page shows tracks by `attach`. Default true. */
  readonly attaches?: boolean;
  /** Size in which each video is shown at first, CSS pixels. Default 640 × 360. */
  readonly tileSize?: readonly [width: number, height: number];
  /** Of the page's RTCPeerConnections. */
  readonly rtcConfiguration?: RTCConfiguration;
  /** Runs in the page before it enters. */
  readonly prepare?: () => void;
  /** Whether the page logs all frames, and sends its camera in one size. Default false. */
  readonly logsFrames?: boolean;
};

/** Where the page and the platform are. */
interface Origin {
  readonly front: { readonly url: string };
}

/** A user of the SDK in a room, in a browser window of their own. */
export class RoomUser {
  readonly page: Page;
  readonly peerId: string;

  private constructor(page: Page, peerId: string) {
    this.page = page;
    this.peerId = peerId;
  }

  static async enters(
    browser: Browser,
    platform: Origin,
    roomToken: string,
    options: RoomUserOptions = {},
  ): Promise<RoomUser> {
    const context = await browser.newContext({ viewport: { width: 1_600, height: 1_200 } });
    const page = await context.newPage();
    await openRoomPage(page, platform.front.url);
    const { attaches = true, tileSize = [640, 360], logsFrames = false, rtcConfiguration, prepare, ...given } = options;
    await page.evaluate((given) => {
      window.stage.rtcConfiguration = given;
    }, rtcConfiguration);
    if (prepare) await page.evaluate(prepare);
    const config = await (await fetch(`${platform.front.url}/web/config`)).json();
    const peerId = await page.evaluate(
      async ([publicKey, settings, attach, size, enter]) => {
        window.stage.tileSize = size;
        await window.stage[enter](publicKey, settings, attach);
        return window.stage.room?.peerId ?? "";
      },
      [
        (config as { publicKey: string }).publicKey,
        { roomToken, ...given },
        attaches,
        tileSize,
        logsFrames ? "enterLogging" : "enter",
      ] as const,
    );
    return new RoomUser(page, peerId);
  }

  /** Listens to an event that is sent only to listeners. */
  listens(name: keyof RoomEvents): Promise<void> {
    return this.page.evaluate((wanted) => window.stage.listen(wanted), name);
  }

  /** What the page was told under this name, oldest first. */
  told(name: keyof RoomEvents): Promise<string[]> {
    return this.page.evaluate(
      (wanted) => window.stage.told.flatMap((each) => (each.name === wanted ? [each.text] : [])),
      name,
    );
  }

  async isTold(name: keyof RoomEvents, text: string): Promise<void> {
    await expect.poll(() => this.told(name), WITHIN).toContain(text);
  }

  /** New video frames of another user appear on the page. */
  async sees({ peerId }: RoomUser, source = "camera", count = 5): Promise<void> {
    let last = await this.#frames(peerId, source);
    let seen = 0;
    const seenSoFar = async () => {
      const now = await this.#frames(peerId, source);
      // A stream that takes another one's place counts from zero.
      seen += now < last ? now : now - last;
      last = now;
      return seen;
    };
    await expect.poll(seenSoFar, WITHIN).toBeGreaterThanOrEqual(count);
  }

  /** New sound of another user arrives. */
  async hears({ peerId }: RoomUser, source = "microphone"): Promise<void> {
    let heard = 0;
    // Since the last look: another stream in the place of this one begins at nothing.
    const isMore = async () => {
      const before = heard;
      heard = await this.received(peerId, source, "totalAudioEnergy");
      return before > 0 && heard > before;
    };
    await expect.poll(isMore, WITHIN).toBe(true);
  }

  /** A figure of what arrives of a track; 0 while there is none. */
  received(peerId: string, source: string, figure: string): Promise<number> {
    return this.page.evaluate(
      async ([id, name, field]) => {
        const report = await window.stage.room?.participants.get(id)?.tracks.get(name)?.getStats();
        let found = 0;
        report?.forEach((stat: { type: string; [field: string]: unknown }) => {
          if (stat.type === "inbound-rtp" && typeof stat[field] === "number") found = stat[field];
        });
        return found;
      },
      [peerId, source, figure] as const,
    );
  }

  /** A figure of what this page sends of a source, one value per layer that it is sent in. */
  sent(source: string, figure: string): Promise<number[]> {
    return this.page.evaluate(
      async ([name, field]) => {
        const report = await window.stage.room?.published.get(name)?.getStats();
        const found: number[] = [];
        report?.forEach((stat: { type: string; [field: string]: unknown }) => {
          if (stat.type === "outbound-rtp" && typeof stat[field] === "number") found.push(stat[field]);
        });
        return found;
      },
      [source, figure] as const,
    );
  }

  /**
   * How often a packet of another user's voice repeats what was received already: about once in RED, never without.
   * The codec that browsers tell is the one inside.
   */
  async redundancyOf({ peerId }: RoomUser): Promise<number> {
    const figure = (name: string) => this.received(peerId, "microphone", name);
    await expect.poll(() => figure("packetsReceived"), WITHIN).toBeGreaterThan(100);
    return (await figure("packetsDiscarded")) / (await figure("packetsReceived"));
  }

  /** The server's end of the path by which this user's media is sent, and another one's arrives: protocol and address, and how a relay is reached. */
  paths({ peerId }: RoomUser, source = "camera"): Promise<string[]> {
    return this.page.evaluate(
      async ([id, name]) => {
        const { room } = window.stage;
        const tracks = [room?.published.get(name), room?.participants.get(id)?.tracks.get(name)];
        const reports = await Promise.all(tracks.map(async (track) => track?.getStats()));
        return reports.map((report) => {
          const stats: Record<string, string>[] = [];
          report?.forEach((stat: Record<string, string>) => {
            stats.push(stat);
          });
          const transport = stats.find(({ type }) => type === "transport");
          const pair = stats.find(({ id }) => id === transport?.selectedCandidatePairId);
          const remote = stats.find(({ id }) => id === pair?.remoteCandidateId);
          const local = stats.find(({ id }) => id === pair?.localCandidateId);
          const relay = local?.candidateType === "relay" ? ` relayed by ${local.relayProtocol}` : "";
          return `${remote?.protocol} ${remote?.address}${relay}`;
        });
      },
      [peerId, source] as const,
    );
  }

  /** A figure of what the media server sent of a track to this page; NaN while there is none. */
  async sentByServer({ peerId }: RoomUser, source: string, figure: string): Promise<number> {
    return Number(
      await this.page.evaluate(([id, name, field]) => window.stage.sentByServer(id, name, field), [
        peerId,
        source,
        figure,
      ] as const),
    );
  }

  /** RTP timestamps of the frames that this page sent of a source, in order. */
  framesSent(source: string): Promise<readonly number[]> {
    return this.page.evaluate((name) => {
      const { room, frames } = window.stage;
      return frames.get(room?.published.get(name)?.track.id ?? "") ?? [];
    }, source);
  }

  /** RTP timestamps of the frames of a track that arrived here, in order. */
  framesReceived({ peerId }: RoomUser, source: string): Promise<readonly number[]> {
    return this.page.evaluate(
      ([id, name]) => {
        const [track] = window.stage.track(id, name).stream.getTracks();
        return window.stage.frames.get(track?.id ?? "") ?? [];
      },
      [peerId, source] as const,
    );
  }

  /** Sends a picture that the page draws. */
  async showsScreen(): Promise<void> {
    await this.page.evaluate(async () => {
      await window.stage.room?.publish({ source: "screen", track: window.stage.drawing() });
    });
  }

  mutes(source: string, muted = true): Promise<void> {
    return this.page.evaluate(([name, on]) => window.stage.room?.setMuted(name, on), [source, muted] as const);
  }

  /** Shows another user's track in another size, CSS pixels. */
  resizes({ peerId }: RoomUser, [width, height]: readonly [number, number], source = "camera"): Promise<void> {
    return this.page.evaluate(
      ([id, name, w, h]) => {
        const { element } = window.stage.tile(id, name);
        Object.assign(element.style, { width: `${w}px`, height: `${h}px`, display: w === 0 ? "none" : "" });
      },
      [peerId, source, width, height] as const,
    );
  }

  async writes(content: object | string, to?: RoomUser): Promise<void> {
    await this.page.evaluate(([data, id]) => window.stage.room?.send(data, id === undefined ? {} : { to: id }), [
      content,
      to?.peerId,
    ] as const);
  }

  state(): Promise<string | undefined> {
    return this.page.evaluate(() => window.stage.room?.state);
  }

  async isInState(state: string): Promise<void> {
    await expect.poll(() => this.state(), WITHIN).toBe(state);
  }

  closes(): Promise<void> {
    return this.page.context().close();
  }

  async leaves(): Promise<void> {
    await this.page.evaluate(() => window.stage.room?.leave());
  }

  #frames(peerId: string, source: string): Promise<number> {
    return this.page.evaluate(
      ([id, name]) => {
        const track = window.stage.room?.participants.get(id)?.tracks.get(name);
        return (track && window.stage.tiles.get(track)?.frames) ?? 0;
      },
      [peerId, source] as const,
    );
  }
}
