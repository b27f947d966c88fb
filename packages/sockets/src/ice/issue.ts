import { createHmac } from "node:crypto";
import type { IceServer, PeerId } from "@radist-tech/protocol";
import type { IceSettings } from "./settings.ts";

/** The share of their lifetime after which credentials are renewed: clocks differ, and an outage must fit in. */
const RENEWED_AFTER = 0.5;

export interface Issued {
  readonly iceServers: IceServer[];
  /** When others are due, milliseconds since 1970; never, if nothing runs out. */
  readonly renewAt: number;
}

/**
 * The servers for one peer, with TURN credentials of its own as coturn's `use-auth-secret` wants them
 * (draft-uberti-behave-turn-rest-00, 2.2).
 *
 * @param now milliseconds since 1970
 */
export function issueIceServers(settings: IceSettings, peerId: PeerId, now: number): Issued {
  const { STUN_URLS, TURN_URLS, TURN_SECRET, TURN_TTL_SECONDS, ICE_SERVERS } = settings;
  const [secret] = TURN_SECRET;
  const stun = STUN_URLS.length > 0 ? [{ urls: STUN_URLS }] : [];
  if (TURN_URLS.length === 0 || secret === undefined) {
    return { iceServers: [...stun, ...ICE_SERVERS], renewAt: Number.POSITIVE_INFINITY };
  }
  const username = `${Math.floor(now / 1_000) + TURN_TTL_SECONDS}:${peerId}`;
  const credential = createHmac("sha1", secret).update(username).digest("base64");
  return {
    iceServers: [...stun, { urls: TURN_URLS, username, credential }, ...ICE_SERVERS],
    renewAt: now + TURN_TTL_SECONDS * 1_000 * RENEWED_AFTER,
  };
}
