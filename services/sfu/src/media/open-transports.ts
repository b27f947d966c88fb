import { setTimeout as sleep } from "node:timers/promises";
import { type PeerId, Refusal } from "@radist-tech/protocol";
import type { MediaSite, PeerTransports } from "./media-site.ts";
import type { RoomSites } from "./room-sites.ts";

/** How long a peer waits for a media worker, milliseconds. */
const PATIENCE_MS = 5_000;
const RETRY_MS = 50;

export interface OpenedTransports {
  readonly site: MediaSite;
  readonly transports: PeerTransports;
}

/**
 * Opens a peer's two transports at a site that has room for them; at another one when its worker dies meanwhile.
 *
 * @throws {Refusal} `unavailable` when no worker can be had in time
 */
export async function openTransports(sites: RoomSites, peerId: PeerId): Promise<OpenedTransports> {
  let isLate = false;
  const open = async (): Promise<OpenedTransports> => {
    for (;;) {
      let site: MediaSite | undefined;
      try {
        site = await sites.choose();
        const transports = await site.open(peerId);
        if (!isLate) return { site, transports };
        transports.send.close();
        transports.recv.close();
      } catch (error) {
        if (sites.isClosed || (site && !site.isClosed)) throw error;
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
