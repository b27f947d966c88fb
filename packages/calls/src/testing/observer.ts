import type { Epoch, PeerId } from "@radist-tech/protocol";
import type { CallView } from "@radist-tech/protocol/bus";
import { type Call, holdsSeat } from "../call.ts";
import { catchUp } from "../catch-up.ts";
import type { PeerEvent } from "../peer-events.ts";
import { view } from "../snapshot.ts";

/** The other peers of a call, as one participant sees them. */
export type Picture = Record<string, string>;

/**
 * A participant that knows only what it is told about the others, and rejects what cannot follow from what it knows: a
 * join of a peer that is there, the return or the leaving of a peer that is not.
 */
export class Observer {
  readonly self: PeerId;
  readonly epoch: Epoch;
  readonly #known = new Map<PeerId, string>();
  #view: CallView;

  /** @param known the call as it was when the participant came in */
  constructor(self: PeerId, epoch: Epoch, known: CallView) {
    this.self = self;
    this.epoch = epoch;
    this.#view = known;
    for (const { peerId, status } of known.peers) {
      if (peerId !== self && (status === "connected" || status === "disconnected")) this.#known.set(peerId, status);
    }
  }

  static pictureOf(call: Call, self: PeerId): Picture {
    const others = call.peers.filter((peer) => holdsSeat(peer) && peer.peerId !== self);
    return Object.fromEntries(others.map(({ peerId, status }) => [peerId, status]));
  }

  get picture(): Picture {
    return Object.fromEntries(this.#known);
  }

  /** Receives one step as a node passes it on: only if it is the next one; otherwise the node asks the database. */
  hears(events: readonly PeerEvent[], now: Call): void {
    if (now.version <= this.#view.version) return;
    if (now.version > this.#view.version + 1) return this.catchesUp(now);
    this.#view = view(now);
    for (const item of events) this.#apply(item);
  }

  catchesUp(now: Call): void {
    const missed = catchUp(this.#view, now, this.self);
    this.#view = view(now);
    for (const item of missed) this.#apply(item);
  }

  #apply(event: PeerEvent): void {
    const { peerId } = event;
    const isThere = this.#known.has(peerId);
    if (peerId === this.self) throw new Error("Told of itself.");
    if (isThere === (event.type === "peer_joined"))
      throw new Error(`${event.type} makes no sense: there is ${isThere}.`);
    if (event.type !== "peer_left") this.#known.set(peerId, "connected");
    else if (event.reason === "disconnected") this.#known.set(peerId, "disconnected");
    else this.#known.delete(peerId);
  }
}
