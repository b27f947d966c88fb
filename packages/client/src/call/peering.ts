import { backoffMs } from "../core/backoff.ts";
import { type IncomingSignal, isPolite } from "./negotiation.ts";
import type { RosterEvent } from "./roster.ts";

/** One media session with the other peer: an RTCPeerConnection and its negotiation. */
export interface Link {
  /** Whether the other side has been heard. */
  readonly bound: boolean;
  receive(signal: IncomingSignal): void;
  /** Sends again what the other side may have missed. */
  repeat(): void;
  close(): void;
}

export interface LinkRole {
  readonly remotePeerId: string;
  readonly polite: boolean;
  /** Offers at once; else it gives the other side a moment to do so, which saves a collision of offers. */
  readonly initiate: boolean;
}

/** @param renew the link is done; these signals are for the one that takes its place, which offers when there are none */
export type CreateLink<L extends Link> = (role: LinkRole, renew: (signals: IncomingSignal[]) => void) => L;

/**
 * Which link there is: none while alone, one with the other peer, a fresh one when that peer's page started afresh.
 *
 *   none ──joined──▶ linked ──left, expired──▶ none
 *                    linked ──new session, lost signals, failure──▶ linked (another RTCPeerConnection)
 */
export class Peering<L extends Link> {
  readonly #createLink: CreateLink<L>;
  #ownPeerId: string | undefined;
  #remotePeerId: string | undefined;
  #link: L | undefined;
  #renewals = 0;
  #renewTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(createLink: CreateLink<L>) {
    this.#createLink = createLink;
  }

  get link(): L | undefined {
    return this.#link;
  }

  /** @param resumed this page has taken over the seat of an earlier one, whose session the other side may still hold */
  follow(event: RosterEvent, ownPeerId: string, resumed: boolean): void {
    this.#ownPeerId = ownPeerId;
    switch (event.type) {
      case "joined":
        this.#remotePeerId = event.peerId;
        // Whoever is disconnected says by its return whether it still has its page.
        if (event.connected) this.#start(resumed || !isPolite(ownPeerId, event.peerId));
        return;
      case "reconnected":
        // An offer that nobody has answered may have perished with the other page.
        if (this.#link?.bound) this.#link.repeat();
        else this.#start(true);
        return;
      case "left":
        if (event.reason === "disconnected") return;
        this.#remotePeerId = undefined;
        this.close();
        return;
    }
  }

  receive(fromPeerId: string, signal: IncomingSignal): void {
    if (fromPeerId !== this.#remotePeerId) return;
    const offered = signal.kind === "description" && signal.type === "offer";
    if (!this.#link && offered && signal.to === undefined) this.#start(false);
    this.#link?.receive(signal);
  }

  /** This side is back on a new socket; what it sent last may have been lost with the earlier one. */
  returned(): void {
    this.#link?.repeat();
  }

  /** Starts afresh with an offer, ever later while that keeps failing. */
  renew(): void {
    if (this.#remotePeerId === undefined || this.#renewTimer !== undefined) return;
    this.#renewTimer = setTimeout(() => this.#start(true), backoffMs(this.#renewals++, Math.random()));
  }

  /** The media flows, so the next failure is a first one. */
  settled(): void {
    this.#renewals = 0;
  }

  close(): void {
    clearTimeout(this.#renewTimer);
    this.#renewTimer = undefined;
    this.#link?.close();
    this.#link = undefined;
  }

  #start(initiate: boolean): void {
    this.close();
    if (this.#remotePeerId === undefined || this.#ownPeerId === undefined) return;
    const remotePeerId = this.#remotePeerId;
    const role = { remotePeerId, polite: isPolite(this.#ownPeerId, remotePeerId), initiate };
    this.#link = this.#createLink(role, (signals) => {
      this.#start(signals.length === 0);
      for (const signal of signals) this.receive(remotePeerId, signal);
    });
  }
}
