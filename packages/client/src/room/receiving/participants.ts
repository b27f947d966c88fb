import type { ProducerInfo, RoomLeftReason } from "@radist-tech/protocol";
import type { MediaKind } from "../../core/channels.ts";
import type { Latch } from "../../core/latch.ts";
import type { RoomRosterEvent, RosterPeer } from "../roster.ts";
import type { MediaSession } from "../transport/media-session.ts";
import type { ParticipantChange, RoomParticipant, RoomSource } from "../types.ts";
import { ReceivedTrack } from "./remote-track.ts";

export interface ParticipantsOptions {
  readonly latch: Latch<MediaSession>;
  wants(kind: MediaKind): boolean;
  readonly handlers: {
    joined(participant: RoomParticipant): void;
    left(participant: RoomParticipant, reason: RoomLeftReason): void;
    changed(change: ParticipantChange): void;
    arrived(track: ReceivedTrack): void;
    removed(track: ReceivedTrack): void;
    failed(error: unknown): void;
  };
}

/** What is published anew after its media server was lost is there again by then. */
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

/** Everybody else in the room with their tracks, as the page sees them. */
export class Participants {
  readonly #options: ParticipantsOptions;
  readonly #present = new Map<string, Participant>();
  /** Tracks that nobody publishes now, and may again until their timer ends. */
  readonly #waiting = new Map<ReceivedTrack, ReturnType<typeof setTimeout> | undefined>();

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
   * What happened, in order.
   *
   * @param isMigrating whether what is gone is expected back, by other producers
   */
  apply(events: readonly RoomRosterEvent[], isMigrating: boolean): void {
    for (const event of events) this.#apply(event);
    for (const [track, timer] of this.#waiting) {
      if (timer !== undefined) continue;
      if (isMigrating)
        this.#waiting.set(
          track,
          setTimeout(() => this.#remove(track), MIGRATION_MS),
        );
      else this.#remove(track);
    }
  }

  /** There is a media session, another one or the same one again. */
  renew(): void {
    for (const track of this.tracks()) track.renew();
  }

  ofProducer(producerId: string): ReceivedTrack | undefined {
    return [...this.tracks()].find((track) => track.producerId === producerId);
  }

  ofConsumer(consumerId: string): ReceivedTrack | undefined {
    return [...this.tracks()].find((track) => track.consumerId === consumerId);
  }

  /** Something changed of a track. */
  changed(track: ReceivedTrack, change: ParticipantChange["change"]): void {
    const participant = this.#present.get(track.peerId);
    if (participant) this.#options.handlers.changed({ participant, change, track });
  }

  close(): void {
    for (const timer of this.#waiting.values()) clearTimeout(timer);
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
        track?.lose();
        if (track) this.#waiting.set(track, undefined);
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
    const waiting = [...tracks.values()].find(
      (track) => this.#waiting.has(track) && track.kind === kind && nameOf(base, track.source),
    );
    if (waiting) {
      clearTimeout(this.#waiting.get(waiting));
      this.#waiting.delete(waiting);
      const wasMuted = waiting.isMuted;
      waiting.follow(producerId, paused);
      if (wasMuted !== paused) this.changed(waiting, "mute");
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
        arrived: (arrived) => handlers.arrived(arrived),
        failed: (failed, error) => {
          // Without a producer the subscription was overtaken by its end.
          if (failed.producerId !== undefined) handlers.failed(error);
        },
      },
    });
    tracks.set(name, track);
    track.follow(producerId, paused);
  }

  #remove(track: ReceivedTrack): void {
    clearTimeout(this.#waiting.get(track));
    this.#waiting.delete(track);
    this.#present.get(track.peerId)?.tracks.delete(track.source);
    track.clear();
    this.#options.handlers.removed(track);
  }
}

/** Whether a track's name was made of this source. */
const nameOf = (base: string, name: string): boolean => name === base || name.replace(/-\d+$/, "") === base;
