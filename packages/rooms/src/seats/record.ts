import type { E2eeMode, Epoch, Fact, NodeId, Participant, PeerId, ProjectId, RoomId } from "@radist-tech/protocol";

export type RoomFact = Extract<Fact, { type: `room.${string}` }>;
export type TrackFact = Extract<RoomFact, { type: `room.track_${string}` }>;
export type LeftReason = Extract<RoomFact, { type: "room.participant_left" }>["data"]["reason"];
export type EndReason = Extract<RoomFact, { type: "room.ended" }>["data"]["reason"];

/** What the database grants to a participant: it counts against the room's limit until it is freed. */
export interface Seat {
  readonly peerId: PeerId;
  readonly participant: Participant;
  readonly status: "connected" | "disconnected";
  /** What is left of the window to resume, milliseconds; null while connected. */
  readonly windowMs: number | null;
  /** Digests of the tokens that prove the peer when it resumes; null: it leaves with its socket. */
  readonly resume: ResumeDigests | null;
  /** For how long it has not been known whether its client heard that it joined, milliseconds; null: it did. */
  readonly unconfirmedMs: number | null;
}

/** How long a connected peer may stay unconfirmed before its seat counts as free, milliseconds. */
export const CONFIRM_MS = 5_000;

/** Whether a seat counts as free, because its client has probably never heard that it has one. */
export const isVacant = ({ status, unconfirmedMs }: Seat): boolean =>
  unconfirmedMs !== null && (status === "disconnected" || unconfirmedMs >= CONFIRM_MS);

export interface ResumeDigests {
  readonly current: Uint8Array;
  /** Of the last resumption. Replaces the other one when it is used first, so that a lost answer locks nobody out. */
  readonly fresh: Uint8Array | null;
}

export interface HomeNode {
  readonly nodeId: NodeId;
  /** Of the node's lease when it claimed. */
  readonly nodeEpoch: number;
}

/** Something that a participant publishes. */
export interface Track {
  readonly peerId: PeerId;
  readonly producerId: string;
  readonly kind: "audio" | "video";
}

export interface RoomRecord {
  readonly roomId: RoomId;
  readonly projectId: ProjectId;
  readonly maxParticipants: number | null;
  readonly e2ee: E2eeMode;
  readonly ended: EndReason | null;
  readonly home: HomeNode | null;
  /** Counts the claims on the room. */
  readonly homeEpoch: Epoch;
  /** How many seats are held, and how many of those who hold them are connected. */
  readonly held: number;
  readonly connected: number;
  /** The seats that the step concerns; of a large room it need not be all. */
  readonly seats: ReadonlyMap<PeerId, Seat>;
  /** What was published and not taken back, for the steps that end the media of all: claim, release, orphan, end. */
  readonly tracks: readonly Track[];
}
