import { signal } from "@preact/signals";
import type { RemoteTrack, RoomParticipant } from "@radist-tech/client";

/** A track, and how well it arrives, as last reported. */
export interface TrackState {
  readonly track: RemoteTrack;
  readonly isMuted: boolean;
  /** 0 (not at all) to 10; undefined until the first report. */
  readonly score: number | undefined;
}

export interface ParticipantState {
  readonly isConnected: boolean;
  /** Their camera; undefined while it is off. */
  readonly camera: TrackState | undefined;
  readonly screen: TrackState | undefined;
  readonly sounds: readonly RemoteTrack[];
  /** Cannot be heard: muted, or without a microphone. */
  readonly isSilent: boolean;
}

/** Someone else in the room, with a signal of their own, so that a change redraws one tile and not all. */
export class RemoteParticipant {
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

function stateOf({ isConnected, tracks }: RoomParticipant): ParticipantState {
  const all = [...tracks.values()].map((track) => ({ track, isMuted: track.isMuted, score: track.score }));
  const videos = all.filter(({ track }) => track.kind === "video");
  const voices = all.filter(({ track }) => track.kind === "audio" && track.source !== "screen-audio");
  const isScreen = ({ track }: TrackState): boolean => track.source.startsWith("screen");
  return {
    isConnected,
    camera: videos.find((video) => !isScreen(video) && !video.isMuted),
    screen: videos.find((video) => isScreen(video) && !video.isMuted),
    sounds: all.map(({ track }) => track).filter(({ kind }) => kind === "audio"),
    isSilent: voices.every(({ isMuted }) => isMuted),
  };
}
