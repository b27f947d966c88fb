import type { ProducerInfo, RoomLeftReason } from "@radist-tech/protocol";
import type { MediaKind } from "../../core/channels.ts";
import type { LatchReader } from "../../core/latch.ts";
import type { RoomRosterEvent, RosterPeer } from "../roster.ts";
import type { ParticipantChange, RoomParticipant, RoomSource } from "../types.ts";
import { ReceivedTrack, type ReceivingSession } from "./remote-track.ts";

export interface ParticipantsOptions {
  readonly latch: LatchReader<ReceivingSession>;
  wants(kind: MediaKind): boolean;
  readonly handlers: {
    joined(participant: RoomParticipant): void;
    left(participant: RoomParticipant, reason: RoomLeftReason): void;
    changed(change: ParticipantChange): void;
    available(track: ReceivedTrack): void;
    removed(track: ReceivedTrack): void;
    failed(error: unknown): void;
  };
}

/** By then, what a lost media server carried is published again. */
const MIGRATION_MS = 5_000;

class Participant implements RoomParticipant {
  readonly peerId: string;
  readonly identity: string | undefined;
  readonly name: string | undefined;
  readonly metadata: unknown;
  isConnected: boolean;
  readonly tracks = new Map<RoomSource, ReceivedTrack>();

  constructor({ peerId, identity, name, metadata, isConnected }: RosterPeer) {
    this.peerId = peerId;
    this.identity = identity;
    this.name = name;
    this.metadata = metadata;
    this.isConnected = isConnected;
  }
}

/** The other participants with their tracks, as the page sees them. */
export class Participants {
  readonly #options: ParticipantsOptions;
  readonly #present = new Map<string, Participant>();
  /** Tracks without a producer, which may get another one until their timer ends. */
  readonly #unpublished = new Map<ReceivedTrack, ReturnType<typeof setTimeout> | undefined>();

  constructor(options: ParticipantsOptions) {
    this.#options = options;
  }

  get present(): ReadonlyMap<string, RoomParticipant> {
    return this.#present;
  }

  *tracks(): Generator<ReceivedTrack> {
    for (const { tracks } of this.#present.values()) yield* tracks.values();
  }

  /**
   * Applies what changed in the room, in order.
   *
   * @param isMigrating whether other producers are expected in place of those that are gone
   */
  apply(events: readonly RoomRosterEvent[], isMigrating: boolean): void {
    for (const event of events) this.#apply(event);
    for (const [track, timer] of this.#unpublished) {
      if (timer !== undefined) continue;
      if (isMigrating)
        this.#unpublished.set(
          track,
          setTimeout(() => this.#remove(track), MIGRATION_MS),
        );
      else this.#remove(track);
    }
  }

  /** There is a media session: another one, or the same one again. */
  renew(): void {
    for (const track of this.tracks()) track.renew();
  }

  ofProducer(producerId: string): ReceivedTrack | undefined {
    return [...this.tracks()].find((track) => track.producerId === producerId);
  }

  ofConsumer(consumerId: string): ReceivedTrack | undefined {
    return [...this.tracks()].find((track) => track.consumerId === consumerId);
  }

  /** Reports a change of a track. */
  changed(track: ReceivedTrack, change: ParticipantChange["change"]): void {
    const participant = this.#present.get(track.peerId);
    if (participant) this.#options.handlers.changed({ participant, change, track });
  }

  close(): void {
    for (const timer of this.#unpublished.values()) clearTimeout(timer);
    for (const track of this.tracks()) track.clear();
  }

  #apply(event: RoomRosterEvent): void {
    const { handlers } = this.#options;
    if (event.type === "joined") {
      const participant = new Participant(event.peer);
      this.#present.set(participant.peerId, participant);
      handlers.joined(participant);
      return;
    }
    const participant = this.#present.get(event.peerId);
    if (!participant) return;
    switch (event.type) {
      case "left":
        for (const track of participant.tracks.values()) this.#remove(track);
        this.#present.delete(participant.peerId);
        handlers.left(participant, event.reason);
        return;
      case "connection":
        participant.isConnected = event.isConnected;
        handlers.changed({ participant, change: "connection", track: undefined });
        return;
      case "published":
        this.#published(participant, event.producer);
        return;
      case "unpublished": {
        const track = this.ofProducer(event.producerId);
        track?.removeProducer();
        if (track) this.#unpublished.set(track, undefined);
        return;
      }
      case "mute": {
        const track = this.ofProducer(event.producerId);
        if (!track) return;
        track.isMuted = event.isMuted;
        this.changed(track, "mute");
        return;
      }
      case "data-opened":
      case "data-closed":
        return;
    }
  }

  #published({ peerId, tracks }: Participant, { producerId, kind, source, paused = false }: ProducerInfo): void {
    if (!this.#options.wants(kind)) return;
    const base = source ?? (kind === "audio" ? "microphone" : "camera");
    const predecessor = [...tracks.values()].find(
      (track) => this.#unpublished.has(track) && track.kind === kind && isNamedAfter(base, track.source),
    );
    if (predecessor) {
      clearTimeout(this.#unpublished.get(predecessor));
      this.#unpublished.delete(predecessor);
      const wasMuted = predecessor.isMuted;
      predecessor.setProducer(producerId, paused);
      if (wasMuted !== paused) this.changed(predecessor, "mute");
      return;
    }
    let name: RoomSource = base;
    for (let count = 2; tracks.has(name); count++) name = `${base}-${count}`;
    const { latch, handlers } = this.#options;
    const track = new ReceivedTrack({
      peerId,
      source: name,
      kind,
      latch,
      handlers: {
        available: (available) => handlers.available(available),
        failed: (failed, error) => {
          // A track without a producer has been unpublished in the meantime.
          if (failed.producerId !== undefined) handlers.failed(error);
        },
      },
    });
    tracks.set(name, track);
    track.setProducer(producerId, paused);
  }

  #remove(track: ReceivedTrack): void {
    clearTimeout(this.#unpublished.get(track));
    this.#unpublished.delete(track);
    this.#present.get(track.peerId)?.tracks.delete(track.source);
    track.clear();
    this.#options.handlers.removed(track);
  }
}

/** Whether a track was named after this source. */
const isNamedAfter = (base: string, name: string): boolean => name === base || name.replace(/-\d+$/, "") === base;
