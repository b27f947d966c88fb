import type { IceServer, IceServersMessage, PeerId } from "@radist-tech/protocol";
import { issueIceServers } from "./issue.ts";
import type { IceSettings } from "./settings.ts";

/** How often it is looked for credentials to renew: at most, and as a share of their lifetime. */
const LOOK_MS = 60_000;
const LOOKS_PER_LIFETIME = 16;

/** A peer with a socket, and with servers that may have to be renewed. */
export interface IceHolder {
  readonly peerId: PeerId;
  /** When other servers are due, milliseconds since 1970. Kept by the issuer. */
  iceRenewAt: number;
  send(message: IceServersMessage): void;
}

/** Gives peers their STUN and TURN servers, and others before the credentials run out. */
export class IceIssuer {
  readonly #settings: IceSettings;
  readonly #timer: NodeJS.Timeout | undefined;

  /** @param holders the peers that are to be sent `ice-servers` */
  constructor(settings: IceSettings, holders: () => Iterable<IceHolder>) {
    this.#settings = settings;
    if (settings.TURN_URLS.length === 0) return;
    const everyMs = Math.min(LOOK_MS, (settings.TURN_TTL_SECONDS * 1_000) / LOOKS_PER_LIFETIME);
    this.#timer = setInterval(() => this.#renew(holders()), everyMs).unref();
  }

  /** Whether peers are told of any server. */
  get hasServers(): boolean {
    const { STUN_URLS, TURN_URLS, ICE_SERVERS } = this.#settings;
    return STUN_URLS.length + TURN_URLS.length + ICE_SERVERS.length > 0;
  }

  issue(holder: IceHolder): IceServer[] {
    const { iceServers, renewAt } = issueIceServers(this.#settings, holder.peerId, Date.now());
    holder.iceRenewAt = renewAt;
    return iceServers;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #renew(holders: Iterable<IceHolder>): void {
    const now = Date.now();
    for (const holder of holders) {
      if (holder.iceRenewAt <= now) holder.send({ type: "ice-servers", iceServers: this.issue(holder) });
    }
  }
}
