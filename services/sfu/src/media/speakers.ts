import type { PeerId, RoomFeature } from "@radist-tech/protocol";
import type { Notification } from "@radist-tech/rooms";
import type { types } from "mediasoup";
import type { MediaSite } from "./media-site.ts";
import type { RoomSites } from "./room-sites.ts";
import type { WorkerSite } from "./worker-site.ts";
import type { MediaWorker } from "./workers.ts";

/** How often levels are measured, and how soon another speaker is noticed, milliseconds. */
const LEVELS_MS = 400;
const SPEAKER_MS = 300;

/** A pause between two words or sentences; until it is over the speaker is still the speaker, milliseconds. */
const PAUSE_MS = 1_500;

/** Softer than this is silence, dBov. */
const THRESHOLD = -60;
const LOUDEST = 10;

/** The connected peers that asked for the messages of a feature. */
export type Audience = (feature: RoomFeature) => PeerId[];

export interface SpeakersOptions {
  readonly sites: RoomSites;
  readonly siteOf: (peerId: PeerId) => MediaSite | undefined;
  readonly audience: Audience;
  readonly send: (notification: Notification) => void;
  /** Detecting speakers failed. */
  readonly onTrouble: (error: unknown) => void;
}

interface Observers {
  readonly site: WorkerSite;
  readonly speaker: types.ActiveSpeakerObserver;
  readonly levels: types.AudioLevelObserver;
}

/** Detects who speaks in a room, for the peers that asked for it. Costs nothing while none did. */
export class Speakers {
  readonly #options: SpeakersOptions;
  readonly #owners = new Map<string, PeerId>();
  #observers: Promise<Observers> | undefined;
  /** The producer that the observer named last; it says nothing when the same one speaks again after a silence. */
  #dominant: string | undefined;
  /** The producer that was announced as speaking; undefined: silence. */
  #speaking: string | undefined;
  #pause: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  constructor(options: SpeakersOptions) {
    this.#options = options;
  }

  /** Observes an audio producer until it is closed. */
  add(owner: PeerId, producer: types.Producer): void {
    this.#owners.set(producer.id, owner);
    producer.observer.once("close", () => {
      this.#owners.delete(producer.id);
      if (this.#speaking === producer.id) this.#setSpeaking(undefined);
    });
    if (this.#observers) this.#addToObservers(producer.id);
    else this.observe();
  }

  /** Starts observing if there are producers, and peers that want to know. */
  observe(): void {
    if (this.#observers || this.#isClosed || this.#owners.size === 0) return;
    if (this.#options.audience("media").length + this.#options.audience("levels").length === 0) return;
    const opening = this.#open();
    this.#observers = opening;
    opening.catch((error: unknown) => {
      if (this.#observers !== opening) return;
      this.#observers = undefined;
      this.#complain(error);
    });
    for (const producerId of this.#owners.keys()) this.#addToObservers(producerId);
  }

  /** The site of the observers may be gone; then they are made at another one. */
  workerDied(worker: MediaWorker): void {
    const observers = this.#observers;
    const restart = (): void => {
      if (this.#observers === observers) this.#observers = undefined;
      this.observe();
    };
    observers?.then(({ site }) => {
      if (site.worker === worker) restart();
    }, restart);
  }

  /** Sends a peer that has just been attached who speaks, or that nobody does: it may have missed the last change. */
  sendCurrent(peerId: PeerId): void {
    if (this.#options.audience("media").includes(peerId)) this.#sendSpeaker([peerId]);
  }

  close(): void {
    this.#isClosed = true;
    this.#endPause();
    this.#owners.clear();
  }

  async #open(): Promise<Observers> {
    const site = await this.#options.sites.main();
    const [speaker, levels] = await Promise.all([
      site.router.createActiveSpeakerObserver({ interval: SPEAKER_MS }),
      site.router.createAudioLevelObserver({ maxEntries: LOUDEST, threshold: THRESHOLD, interval: LEVELS_MS }),
    ]);
    speaker.on("dominantspeaker", ({ producer }) => {
      this.#dominant = producer.id;
      // It names a producer even during silence.
      if (this.#speaking !== undefined) this.#setSpeaking(producer.id);
    });
    levels.on("volumes", (volumes) => this.#onVolumes(volumes));
    levels.on("silence", () => {
      this.#sendLevels([]);
      this.#pause ??= setTimeout(() => this.#setSpeaking(undefined), PAUSE_MS);
    });
    return { site, speaker, levels };
  }

  #addToObservers(producerId: string): void {
    const owner = this.#owners.get(producerId);
    const from = owner === undefined ? undefined : this.#options.siteOf(owner);
    const observing = this.#observers?.then(async ({ site, speaker, levels }) => {
      if (!from || !this.#owners.has(producerId)) return;
      await site.pipeFrom({ producerId }, from);
      await Promise.all([speaker.addProducer({ producerId }), levels.addProducer({ producerId })]);
    });
    observing?.catch((error: unknown) => {
      // It has been closed since.
      if (this.#owners.has(producerId)) this.#complain(error);
    });
  }

  #onVolumes(volumes: readonly types.AudioLevelObserverVolume[]): void {
    this.#sendLevels(volumes);
    this.#endPause();
    if (this.#speaking !== undefined) return;
    const dominant = volumes.find(({ producer }) => producer.id === this.#dominant);
    this.#setSpeaking((dominant ?? volumes[0])?.producer.id);
  }

  #endPause(): void {
    clearTimeout(this.#pause);
    this.#pause = undefined;
  }

  #setSpeaking(producerId: string | undefined): void {
    if (producerId === this.#speaking) return;
    this.#speaking = producerId;
    this.#sendSpeaker(this.#options.audience("media"));
  }

  #sendSpeaker(to: readonly PeerId[]): void {
    if (to.length === 0) return;
    const producerId = this.#speaking;
    const peerId = producerId === undefined ? undefined : this.#owners.get(producerId);
    this.#options.send({
      to,
      message: { type: "active-speaker", peerId: peerId ?? null, producerId: (peerId && producerId) ?? null },
    });
  }

  #sendLevels(volumes: readonly types.AudioLevelObserverVolume[]): void {
    const to = this.#options.audience("levels");
    if (to.length === 0) return;
    const levels = volumes.flatMap(({ producer, volume }) => {
      const peerId = this.#owners.get(producer.id);
      return peerId === undefined ? [] : [{ peerId, producerId: producer.id, volume: Math.round(volume) }];
    });
    this.#options.send({ to, message: { type: "audio-levels", levels } });
  }

  #complain(error: unknown): void {
    if (!this.#isClosed) this.#options.onTrouble(error);
  }
}
