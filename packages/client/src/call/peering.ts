import { backoffMs } from "@radist-tech/protocol/timing";
import { RETRIES } from "../core/backoff.ts";
import { type IncomingSignal, isPolite } from "./negotiation.ts";
import type { RosterEvent } from "./roster.ts";

/** One media session with the other peer: an RTCPeerConnection and its negotiation. */
export interface Link {
  /** Whether a description of the other side was accepted. */
  readonly isBound: boolean;
  receive(signal: IncomingSignal): void;
  /** Sends again what the other side may have missed. */
  repeat(): void;
  close(): void;
}

export interface LinkRole {
  readonly remotePeerId: string;
  readonly isPolite: boolean;
  /** Offers at once; otherwise the other side is given a moment to do so, which avoids a collision of offers. */
  readonly isInitiator: boolean;
}

/** @param renew replaces the link; the signals are for the new one, which makes the first offer when there are none */
export type CreateLink<L extends Link> = (role: LinkRole, renew: (signals: IncomingSignal[]) => void) => L;

/**
 * Owns the link with the other peer: none while this peer is alone, and a new one when the other peer's page is a new one.
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

  /** @param resumed this page has taken over from an earlier one, whose session the other side may still hold */
  apply(event: RosterEvent, ownPeerId: string, resumed: boolean): void {
    this.#ownPeerId = ownPeerId;
    switch (event.type) {
      case "joined":
        this.#remotePeerId = event.peerId;
        // The return of a disconnected peer will show whether it still has its page.
        if (event.connected) this.#start(resumed || !isPolite(ownPeerId, event.peerId));
        return;
      case "reconnected":
        // An offer without an answer may have been lost with the other page.
        if (this.#link?.isBound) this.#link.repeat();
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
    const isOffer = signal.kind === "description" && signal.type === "offer";
    if (!this.#link && isOffer && signal.to === undefined) this.#start(false);
    this.#link?.receive(signal);
  }

  /** This side is back on a new socket; what it sent last may have been lost with the earlier one. */
  reconnected(): void {
    this.#link?.repeat();
  }

  /** Starts a new link with an offer, after a delay that grows while links keep failing. */
  renew(): void {
    if (this.#remotePeerId === undefined || this.#renewTimer !== undefined) return;
    this.#renewTimer = setTimeout(() => this.#start(true), backoffMs(this.#renewals++, RETRIES));
  }

  /** Media flows, so that the next failure is a first one. */
  established(): void {
    this.#renewals = 0;
  }

  close(): void {
    clearTimeout(this.#renewTimer);
    this.#renewTimer = undefined;
    this.#link?.close();
    this.#link = undefined;
  }

  #start(isInitiator: boolean): void {
    this.close();
    if (this.#remotePeerId === undefined || this.#ownPeerId === undefined) return;
    const remotePeerId = this.#remotePeerId;
    const role = { remotePeerId, isPolite: isPolite(this.#ownPeerId, remotePeerId), isInitiator };
    this.#link = this.#createLink(role, (signals) => {
      this.#start(signals.length === 0);
      for (const signal of signals) this.receive(remotePeerId, signal);
    });
  }
}
