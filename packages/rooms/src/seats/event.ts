import type { DuplicateIdentity, Epoch, Participant, PeerId, ProjectId } from "@radist-tech/protocol";
import type { RoomControl } from "@radist-tech/protocol/bus";
import type { EndReason, HomeNode, LeftReason, RoomFact, RoomRecord } from "./record.ts";

/** `under`: the claim of the home that asks. After another claim it changes nothing any more. */
export type SeatEvent =
  | {
      readonly type: "join";
      readonly under: Epoch;
      readonly projectId: ProjectId;
      readonly peerId: PeerId;
      /** Whom the token presents; missing: there is no such token, or it was used. */
      readonly participant: Participant | undefined;
      readonly duplicateIdentity: DuplicateIdentity;
      /** Digest of the token that it can resume with; null when it cannot. */
      readonly resumeDigest: Uint8Array | null;
    }
  /** The token of a peer is used again; `isSameAttempt`: by the join that seated it, whose answer may have been lost. */
  | {
      readonly type: "rejoin";
      readonly under: Epoch;
      readonly projectId: ProjectId;
      readonly peerId: PeerId;
      readonly isSameAttempt: boolean;
      /** Digest of a further token that it can resume with. */
      readonly freshDigest: Uint8Array;
    }
  /** The client of a peer has heard that it joined. */
  | { readonly type: "confirm"; readonly under: Epoch; readonly peerId: PeerId }
  | {
      readonly type: "resume";
      readonly under: Epoch;
      readonly projectId: ProjectId;
      readonly peerId: PeerId;
      readonly digest: Uint8Array;
      readonly freshDigest: Uint8Array;
    }
  | { readonly type: "disconnect"; readonly under: Epoch; readonly peerId: PeerId; readonly windowMs: number }
  | { readonly type: "leave"; readonly under: Epoch; readonly peerId: PeerId; readonly reason: LeftReason }
  | { readonly type: "kick"; readonly peerId: PeerId }
  /** Frees the seats whose window has been over for `graceMs`. */
  | { readonly type: "expire"; readonly graceMs: number }
  /** Makes a node the home, if nobody has claimed the room since `seen`. */
  | { readonly type: "claim"; readonly seen: Epoch; readonly by: HomeNode; readonly windowMs: number }
  | { readonly type: "release"; readonly under: Epoch; readonly windowMs: number }
  /** The home is gone, and the media with it. */
  | { readonly type: "orphan"; readonly windowMs: number }
  | { readonly type: "end"; readonly reason: EndReason };

export type SeatRefusal =
  | "invalid_token"
  | "invalid_reconnect"
  | "room_terminated"
  | "room_full"
  | "participant_not_found";

export type SeatStep =
  | {
      readonly outcome: "done";
      readonly room: RoomRecord;
      /** What is announced to the sfu nodes once it is stored. */
      readonly notify: readonly RoomControl[];
      readonly facts: readonly RoomFact[];
    }
  /** It is so already, or what it was about is no more. */
  | { readonly outcome: "unchanged" }
  /** Another node has claimed the room since. */
  | { readonly outcome: "fenced" }
  | { readonly outcome: "refused"; readonly code: SeatRefusal };

export type SeatChange = Extract<SeatStep, { outcome: "done" }>;
