import type { AccessControl, CallId, CallLeftReason, Epoch, NodeId, PeerId, ProjectId } from "@radist-tech/protocol";

// A peer:   (join) → connected ⇄ disconnected → (window over) expired
//                        └── (leave) ──┴────────→ left
// A peer is unconfirmed from its join until it is known that its client heard of it; its seat can then be taken by another
// join (expired), at once when it is disconnected, else after CONFIRM_MS.
// A call:   open → tombstoned: by the API, by the last leave once both seats have been taken, or by idleness. Final.

/** How many peers a call has room for. */
export const SEATS = 2;

/** How long a connected peer may stay unconfirmed before its seat counts as free, milliseconds. */
export const CONFIRM_MS = 5_000;

/** How long, from the first use of a token, the same attempt is the same join, milliseconds. */
export const ATTEMPT_MS = 30_000;

/** The process that holds a peer's socket, under the claim that it had on its node id at the time. */
export interface OwnerNode {
  readonly nodeId: NodeId;
  readonly nodeEpoch: number;
}

export interface Peer {
  readonly peerId: PeerId;
  readonly status: "connected" | "disconnected" | "left" | "expired";
  /** Counts the sockets that claimed this peer; only the latest may write for it. */
  readonly epoch: Epoch;
  readonly ownerNode: OwnerNode;
  readonly joinedAt: Date;
  readonly updatedAt: Date;
  /** When a disconnected peer loses its seat. */
  readonly expiresAt: Date | null;
  /** Since when it is not known whether its client heard that it joined; null: it did, under the latest claim. */
  readonly unconfirmedSince: Date | null;
}

interface CommonCall {
  readonly callId: CallId;
  readonly projectId: ProjectId;
  readonly accessControl: AccessControl;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Counts steps without gaps. */
  readonly version: number;
  /** Both seats have been taken at the same time at least once. */
  readonly wasFull: boolean;
  /** In order of joining; the last few that are gone stay listed, to say why they went. */
  readonly peers: readonly Peer[];
}

export type OpenCall = CommonCall & { readonly state: "open"; readonly idleSince: Date | null };
export type TombstonedCall = CommonCall & {
  readonly state: "tombstoned";
  readonly at: Date;
  readonly reason: Extract<CallLeftReason, "left" | "terminated" | "idle">;
};
export type Call = OpenCall | TombstonedCall;

/** Durations of a call, milliseconds. */
export interface CallLimits {
  readonly reconnectWindowMs: number;
  readonly idleMs: number;
}

export const holdsSeat = (peer: Peer): boolean => peer.status === "connected" || peer.status === "disconnected";

/** Whether a peer's seat counts as free, because its client has probably never heard that it has one. */
export function isVacant({ status, unconfirmedSince }: Peer, at: Date): boolean {
  if (unconfirmedSince === null) return false;
  return status === "disconnected" || at.getTime() - unconfirmedSince.getTime() >= CONFIRM_MS;
}

/** The peer, if `epoch` is still the latest claim on it. */
export const claimedPeer = (call: Call, peerId: PeerId, epoch: Epoch): Peer | undefined =>
  call.peers.find((peer) => peer.peerId === peerId && peer.epoch === epoch);
