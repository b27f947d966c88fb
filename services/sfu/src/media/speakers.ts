import type { PeerId, RoomFeature } from "@radist-tech/protocol";
import type { types } from "mediasoup";
import type { LiveRoom } from "../home/room-home.ts";
import type { Place } from "./room-sites.ts";
import type { MediaWorker } from "./workers.ts";

/** How often levels are measured, and how soon another speaker is noticed, milliseconds. */
const LEVELS_MS = 400;
const SPEAKER_MS = 300;

/** Softer than this is silence, dBov. */
const THRESHOLD = -60;
const LOUDEST = 10;

interface Observers {
  readonly place: Place;
  readonly speaker: types.ActiveSpeakerObserver;
  readonly levels: types.AudioLevelObserver;
}

/** Who speaks in a room, for those who asked to be told. Costs nothing while nobody did. */
export class Speakers {
  readonly #room: LiveRoom;
  readonly #owners = new Map<string, PeerId>();
  #observers: Promise<Observers> | undefined;
  /** Whom the observer named last; it says nothing when the same one speaks again after a silence. */
  #dominant: string | undefined;
  /** Who was told to speak; undefined: silence. */
  #speaking: string | undefined;
  #isClosed = false;

  constructor(room: LiveRoom) {
    this.#room = room;
  }

  /** An audio producer is there to be listened to. */
  add(owner: PeerId, producer: types.Producer): void {
    this.#owners.set(producer.id, owner);
    producer.observer.once("close", () => {
      this.#owners.delete(producer.id);
      if (this.#speaking === producer.id) this.#speaks(undefined);
    });
    if (this.#observers) this.#observe(producer.id);
    else this.listen();
  }

  /** Starts to listen if there is somebody to hear and somebody to tell. */
  listen(): void {
    if (this.#observers || this.#isClosed || this.#owners.size === 0) return;
    if (this.#audience("media").length + this.#audience("levels").length === 0) return;
    const opening = this.#open();
    this.#observers = opening;
    opening.catch((error: unknown) => {
      if (this.#observers !== opening) return;
      this.#observers = undefined;
      this.#complain(error);
    });
    for (const producerId of this.#owners.keys()) this.#observe(producerId);
  }

  /** The place where the room was listened to may be gone; then it is listened to elsewhere. */
  workerDied(worker: MediaWorker): void {
    const observers = this.#observers;
    const listenAnew = (): void => {
      if (this.#observers === observers) this.#observers = undefined;
      this.listen();
    };
    observers?.then(({ place }) => {
      if (place.on === worker) listenAnew();
    }, listenAnew);
  }

  /** Tells somebody who has just come who speaks. */
  tellCurrent(peerId: PeerId): void {
    if (this.#speaking !== undefined && this.#audience("media").includes(peerId)) this.#tellSpeaker([peerId]);
  }

  close(): void {
    this.#isClosed = true;
    this.#owners.clear();
  }

  async #open(): Promise<Observers> {
    const place = await this.#room.routers.main();
    const [speaker, levels] = await Promise.all([
      place.router.createActiveSpeakerObserver({ interval: SPEAKER_MS }),
      place.router.createAudioLevelObserver({ maxEntries: LOUDEST, threshold: THRESHOLD, interval: LEVELS_MS }),
    ]);
    speaker.on("dominantspeaker", ({ producer }) => {
      this.#dominant = producer.id;
      // It names somebody even while nobody speaks.
      if (this.#speaking !== undefined) this.#speaks(producer.id);
    });
    levels.on("volumes", (volumes) => this.#hear(volumes));
    levels.on("silence", () => {
      this.#tellLevels([]);
      this.#speaks(undefined);
    });
    return { place, speaker, levels };
  }

  #observe(producerId: string): void {
    const owner = this.#owners.get(producerId);
    const from = owner === undefined ? undefined : this.#room.peers.get(owner)?.media?.place;
    const observing = this.#observers?.then(async ({ place, speaker, levels }) => {
      if (!from || !this.#owners.has(producerId)) return;
      await this.#room.routers.bring({ producerId }, from, place);
      await Promise.all([speaker.addProducer({ producerId }), levels.addProducer({ producerId })]);
    });
    observing?.catch((error: unknown) => {
      // One that closed meanwhile speaks no more.
      if (this.#owners.has(producerId)) this.#complain(error);
    });
  }

  #hear(volumes: readonly types.AudioLevelObserverVolume[]): void {
    this.#tellLevels(volumes);
    if (this.#speaking !== undefined) return;
    const dominant = volumes.find(({ producer }) => producer.id === this.#dominant);
    this.#speaks((dominant ?? volumes[0])?.producer.id);
  }

  #speaks(producerId: string | undefined): void {
    if (producerId === this.#speaking) return;
    this.#speaking = producerId;
    this.#tellSpeaker(this.#audience("media"));
  }

  #tellSpeaker(to: readonly PeerId[]): void {
    const producerId = this.#speaking;
    const peerId = producerId === undefined ? undefined : this.#owners.get(producerId);
    this.#room.deliver({
      to,
      message: { type: "active-speaker", peerId: peerId ?? null, producerId: (peerId && producerId) ?? null },
    });
  }

  #tellLevels(volumes: readonly types.AudioLevelObserverVolume[]): void {
    const levels = volumes.flatMap(({ producer, volume }) => {
      const peerId = this.#owners.get(producer.id);
      return peerId === undefined ? [] : [{ peerId, producerId: producer.id, volume: Math.round(volume) }];
    });
    this.#room.deliver({ to: this.#audience("levels"), message: { type: "audio-levels", levels } });
  }

  #audience(feature: RoomFeature): PeerId[] {
    return [...this.#room.room.peers.values()]
      .filter(({ status, features }) => status === "connected" && features.has(feature))
      .map(({ peerId }) => peerId);
  }

  #complain(error: unknown): void {
    if (this.#isClosed) return;
    const { logger } = this.#room.node;
    logger.warn({ err: error, roomId: this.#room.claim.roomId }, "who speaks is not known");
  }
}
