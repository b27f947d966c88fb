import { setTimeout as sleep } from "node:timers/promises";
import { Refusal } from "@radist-tech/protocol";
import type { Limits } from "../config.ts";
import { PeerMedia } from "./peer-media.ts";
import type { Place, Routers } from "./room-sites.ts";

/** How long a peer waits for a media worker, milliseconds. */
const PATIENCE_MS = 5_000;
const RETRY_MS = 50;

/**
 * Opens a peer's two transports, where there is room for them. A worker that dies meanwhile is replaced by another one.
 *
 * @throws {Refusal} `unavailable` when no worker can be had in time
 */
export async function openMedia(routers: Routers, limits: Limits): Promise<PeerMedia> {
  let isLate = false;
  const open = async (): Promise<PeerMedia> => {
    for (;;) {
      let place: Place | undefined;
      try {
        place = await routers.place();
        const media = await PeerMedia.open(place, {
          announced: limits.MEDIA_ANNOUNCED_ADDRESS,
          maxIncomingBitrate: limits.MAX_INCOMING_BITRATE,
        });
        if (!isLate) return media;
        media.close();
      } catch (error) {
        if (routers.isClosed || (place && !place.router.closed)) throw error;
        // That a worker has died may be known a moment after the request to it failed.
        await sleep(RETRY_MS);
      }
      if (isLate) throw new Refusal("unavailable");
    }
  };
  const opening = open();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      isLate = true;
      reject(new Refusal("unavailable"));
    }, PATIENCE_MS);
  });
  try {
    return await Promise.race([opening, late]);
  } finally {
    clearTimeout(timer);
  }
}
