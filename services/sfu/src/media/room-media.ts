import type { PeerId, RoomFeature } from "@radist-tech/protocol";
import type { Notification } from "@radist-tech/rooms";
import type { types } from "mediasoup";
import { LayerDemand } from "./layer-demand.ts";
import { openTransports } from "./open-transports.ts";
import { type ConsumerMetrics, PeerMedia, type SharedMedia } from "./peer-media.ts";
import { RoomSites, type RoomSitesOptions } from "./room-sites.ts";
import { type Audience, Speakers } from "./speakers.ts";
import type { MediaWorker } from "./workers.ts";

export interface RoomMediaOptions extends RoomSitesOptions {
  readonly metrics: ConsumerMetrics;
  readonly audience: Audience;
  /** Whether a peer asked for the messages of a feature. */
  readonly wants: (peerId: PeerId, feature: RoomFeature) => boolean;
  readonly send: (notification: Notification) => void;
  /** Detecting speakers failed: the room continues without it. */
  readonly onTrouble: (error: unknown) => void;
}

/** The media of a room: of each peer, at which site, and what they have in common. */
export class RoomMedia implements SharedMedia {
  readonly layerDemand: LayerDemand;
  readonly speakers: Speakers;
  readonly metrics: ConsumerMetrics;
  readonly #sites: RoomSites;
  readonly #peers = new Map<PeerId, PeerMedia>();
  readonly #owners = new Map<string, PeerMedia>();

  constructor(options: RoomMediaOptions) {
    const { metrics, audience, wants, send, onTrouble } = options;
    this.metrics = metrics;
    this.#sites = new RoomSites(options);
    this.layerDemand = new LayerDemand((peerId, message) => {
      if (wants(peerId, "layers")) send({ to: [peerId], message });
    });
    this.speakers = new Speakers({
      sites: this.#sites,
      siteOf: (peerId) => this.of(peerId)?.site,
      audience,
      send,
      onTrouble,
    });
  }

  [Symbol.iterator](): IterableIterator<PeerMedia> {
    return this.#peers.values();
  }

  of(peerId: PeerId): PeerMedia | undefined {
    return this.#peers.get(peerId);
  }

  ownerOf(producerId: string): PeerMedia | undefined {
    return this.#owners.get(producerId);
  }

  list(producer: types.Producer, owner: PeerMedia): void {
    this.#owners.set(producer.id, owner);
    producer.observer.once("close", () => this.#owners.delete(producer.id));
  }

  /**
   * Opens the transports of a peer. They are its own once they are attached.
   *
   * @throws {Refusal} `unavailable` when no worker can be had in time
   */
  async open(peerId: PeerId): Promise<PeerMedia> {
    const { site, transports } = await openTransports(this.#sites, peerId);
    return new PeerMedia(peerId, site, transports, this);
  }

  attach(media: PeerMedia): void {
    this.#peers.set(media.peerId, media);
  }

  /** Closes what a peer has. */
  detach(peerId: PeerId): void {
    const media = this.#peers.get(peerId);
    this.#peers.delete(peerId);
    media?.close();
  }

  /** @returns whose media was lost with the worker */
  workerDied(worker: MediaWorker): PeerId[] {
    this.#sites.forget(worker);
    // What the worker had is closed: nobody else reaches it.
    const struck = [...this.#peers.values()].filter(({ site }) => site.isClosed).map(({ peerId }) => peerId);
    for (const peerId of struck) this.#peers.delete(peerId);
    return struck;
  }

  close(): void {
    for (const peerId of this.#peers.keys()) this.detach(peerId);
    this.speakers.close();
    this.layerDemand.close();
    this.#sites.close();
  }
}
