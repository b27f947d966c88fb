import { signal } from "@preact/signals";
import type { RemoteTrack, RoomParticipant } from "@radist-tech/client";

/** A track, and how it arrives, as last told. */
export interface TrackState {
  readonly track: RemoteTrack;
  readonly isMuted: boolean;
  /** 0 (not at all) to 10; undefined until the platform told. */
  readonly score: number | undefined;
}

export interface PersonState {
  readonly isConnected: boolean;
  /** What they look like; undefined while their camera is off. */
  readonly picture: TrackState | undefined;
  readonly screen: TrackState | undefined;
  readonly sounds: readonly RemoteTrack[];
  /** Cannot be heard: muted, or without a microphone. */
  readonly isSilent: boolean;
}

/** Somebody else in the room. What changes of them is a signal of their own, so that one tile is drawn anew, not all. */
export class Person {
  readonly peerId: string;
  readonly state;
  readonly #participant: RoomParticipant;

  constructor(participant: RoomParticipant) {
    this.#participant = participant;
    this.peerId = participant.peerId;
    this.state = signal(stateOf(participant));
  }

  get name(): string {
    return this.#participant.name ?? "Guest";
  }

  refresh(): void {
    this.state.value = stateOf(this.#participant);
  }
}

function stateOf({ isConnected, tracks }: RoomParticipant): PersonState {
  const all = [...tracks.values()].map((track) => ({ track, isMuted: track.isMuted, score: track.score }));
  const videos = all.filter(({ track }) => track.kind === "video");
  const voices = all.filter(({ track }) => track.kind === "audio" && track.source !== "screen-audio");
  const isScreen = ({ track }: TrackState): boolean => track.source.startsWith("screen");
  return {
    isConnected,
    picture: videos.find((video) => !isScreen(video) && !video.isMuted),
    screen: videos.find((video) => isScreen(video) && !video.isMuted),
    sounds: all.map(({ track }) => track).filter(({ kind }) => kind === "audio"),
    isSilent: voices.every(({ isMuted }) => isMuted),
  };
}
