import { type Connection, endWith, transact } from "@radist-tech/db";
import type { E2eeMode, Epoch, NodeId, Participant, PeerId, ProjectId, RoomId } from "@radist-tech/protocol";
import type { RoomControl } from "@radist-tech/protocol/bus";
import { closing, closingLost } from "@radist-tech/usage";
import type { HomeNode } from "./seats/record.ts";
import { change } from "./store/advance.ts";
import { loadRooms } from "./store/load.ts";
import { storing } from "./store/store.ts";

/** A room under the claim of its home, the node that owns its state. */
export interface HomeClaim {
  readonly roomId: RoomId;
  readonly epoch: Epoch;
}

/** A peer that was with an earlier home, and may still resume. */
export interface PendingResume {
  readonly peerId: PeerId;
  readonly participant: Participant;
  /** How long its seat is kept, milliseconds. */
  readonly forMs: number;
}

/** A fresh claim, and what its holder must know of the room. */
export interface ClaimedRoom {
  readonly claim: HomeClaim;
  readonly projectId: ProjectId;
  readonly e2ee: E2eeMode;
  readonly maxParticipants: number | null;
  readonly pending: readonly PendingResume[];
  /** What is to be announced to the sfu nodes. */
  readonly notify: readonly RoomControl[];
}

/**
 * Makes a node the home of a room, if nobody has claimed it since it was last looked at. The peers of an earlier home
 * lost their media with it: those that can resume are waited for, the others are gone.
 *
 * @returns nothing when another claim came first, or the room has ended
 * @throws {DatabaseUnavailable}
 */
export function claimHome(
  connection: Connection,
  { roomId, epoch }: HomeClaim,
  { node, windowMs }: { readonly node: HomeNode; readonly windowMs: number },
): Promise<ClaimedRoom | undefined> {
  return transact(connection, async (tx) => {
    const [loaded] = await loadRooms(tx, [roomId], { seats: "all", tracks: true });
    const claimed = loaded && change(loaded, { type: "claim", seen: epoch, by: node, windowMs });
    if (!claimed) return undefined;
    await endWith(tx, [...storing([{ ...loaded, change: claimed }]), ...closingLost({ subjectId: roomId })]);
    const { projectId, e2ee, maxParticipants, homeEpoch, seats } = claimed.room;
    const pending = [...seats.values()].flatMap(({ peerId, participant, windowMs: forMs }) =>
      forMs !== null && forMs > 0 ? { peerId, participant, forMs } : [],
    );
    const { notify } = claimed;
    return { claim: { roomId, epoch: homeEpoch }, projectId, e2ee, maxParticipants, pending, notify };
  });
}

/** A peer that a home had until now, and when it was last heard, monotonic milliseconds. */
export interface PresentPeer {
  readonly peerId: PeerId;
  readonly lastHeardAt: number;
}

export interface ReleaseOptions {
  readonly windowMs: number;
  readonly present: readonly PresentPeer[];
  /** Why their sessions end: the room goes to another node, or it ended. */
  readonly reason: "moved" | "terminated";
}

/**
 * Gives a room up.
 *
 * @throws {Fenced} | {DatabaseUnavailable}
 */
export function releaseHome(
  connection: Connection,
  { roomId, epoch }: HomeClaim,
  { windowMs, present, reason }: ReleaseOptions,
): Promise<void> {
  return transact(connection, async (tx) => {
    const [loaded] = await loadRooms(tx, [roomId], { seats: "all", tracks: true });
    const released = change(loaded, { type: "release", under: epoch, windowMs });
    await endWith(tx, [
      ...(loaded && released ? storing([{ ...loaded, change: released }]) : []),
      ...closing(
        present.map(({ peerId, lastHeardAt }) => ({
          subjectId: roomId,
          peerId,
          reason,
          agoMs: performance.now() - lastHeardAt,
          ...(loaded?.endedAt && { notAfter: loaded.endedAt }),
        })),
      ),
      // Of those who left while that could not be stored.
      ...closingLost({ subjectId: roomId }, reason),
    ]);
  });
}

/** Where a room's home is; `nodeId` is missing when no node that lives has claimed it. */
export type HomeLocation = HomeClaim & { readonly nodeId?: NodeId };
