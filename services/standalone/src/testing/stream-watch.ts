import { expect } from "vitest";
import type { RoomGoer } from "./room-goer.ts";

const WITHIN = { timeout: 60_000, interval: 200 };

/** What was lost on the way since a watch began. */
export interface Losses {
  /** RTP timestamps of frames that were sent and did not arrive whole. */
  readonly frames: readonly number[];
  /** As the receiving browser counts them. */
  readonly packets: number;
  /** Another SSRC took the place of the first one. */
  readonly isAnotherStream: boolean;
}

export interface StreamWatch {
  /** So many more frames arrive. */
  brings(count: number): Promise<void>;
  /** Of all that has been sent since the watch began. */
  losses(): Promise<Losses>;
  /** Every frame that ever arrived has been decoded. To be asked of a video that is sent no more: of others some wait. */
  isDecoded(): Promise<void>;
}

/** Watches, frame by frame, a track on its way from one person through the media server to another. Both log frames. */
export async function watchStream(sender: RoomGoer, viewer: RoomGoer, source: string): Promise<StreamWatch> {
  const arrived = () => viewer.framesReceived(sender, source);
  const figure = (name: string) => viewer.received(sender.peerId, source, name);
  const brings = async (count: number) => {
    const { length } = await arrived();
    await expect.poll(async () => (await arrived()).length, WITHIN).toBeGreaterThanOrEqual(length + count);
  };
  await brings(1);
  const [first = -1] = (await arrived()).slice(-1);
  const [ssrc, packetsLost] = await Promise.all([figure("ssrc"), figure("packetsLost")]);
  return {
    brings,
    async losses() {
      const sent = await sender.framesSent(source);
      const begin = sent.indexOf(first);
      expect(begin).not.toBe(-1);
      const [last = -1] = sent.slice(-1);
      await expect.poll(async () => (await arrived()).includes(last), WITHIN).toBe(true);
      const whole = new Set(await arrived());
      return {
        frames: sent.slice(begin).filter((frame) => !whole.has(frame)),
        packets: (await figure("packetsLost")) - packetsLost,
        isAnotherStream: (await figure("ssrc")) !== ssrc,
      };
    },
    async isDecoded() {
      const waiting = async () => (await arrived()).length - (await figure("framesDecoded"));
      await expect.poll(waiting, WITHIN).toBe(0);
    },
  };
}
