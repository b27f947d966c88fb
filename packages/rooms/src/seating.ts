import { createHash } from "node:crypto";
import { type Connection, query, roomPeers, rooms, roomTokens, type Transaction, transact } from "@radist-tech/db";
import {
  type Epoch,
  newPeerId,
  newReconnectToken,
  type Participant,
  type PeerId,
  type ProjectId,
  type ReconnectToken,
  Refusal,
  type RoomId,
} from "@radist-tech/protocol";
import { closeLostSessions, closeSession, type LedgerNode, openSession } from "@radist-tech/usage";
import { and, count, eq, gt, inArray, isNull, or, sql } from "drizzle-orm";

/** The room is no longer this node's: another claim came after. */
export class Fenced extends Error {
  constructor() {
    super("Another node has claimed this room.");
    this.name = "Fenced";
  }
}

/** A room under the claim of its home. */
export interface HomeClaim {
  readonly roomId: RoomId;
  readonly epoch: Epoch;
}

export interface Admitted {
  readonly peerId: PeerId;
  readonly participant: Participant;
  /** Proves this peer when it comes back. */
  readonly resumeToken: ReconnectToken;
}

export const digest = (credential: string): Uint8Array => createHash("sha256").update(credential).digest();

/**
 * Uses a token up and takes a place, both or neither.
 *
 * @param options.onLate hears of a place that was taken after the caller had given up
 * @throws {Refusal} `invalid_token`, `room_terminated`, `room_full`
 * @throws {Fenced} | {DatabaseUnavailable}
 */
export function takePlace(
  connection: Connection,
  claim: HomeClaim,
  options: {
    readonly projectId: ProjectId;
    readonly tokenHash: Uint8Array;
    readonly canResume: boolean;
    readonly node: LedgerNode;
    readonly onLate: (late: Admitted) => void;
  },
): Promise<Admitted> {
  const { projectId, tokenHash, canResume, node, onLate } = options;
  const { roomId } = claim;
  const peerId = newPeerId();
  const take = async (tx: Transaction): Promise<Admitted> => {
    // One connection runs them in this order; sending them at once saves the round trips. The lock comes first.
    const [room, held, [token]] = await Promise.all([
      lockRoom(tx, claim),
      tx.select({ places: count() }).from(roomPeers).where(eq(roomPeers.roomId, roomId)),
      tx
        .update(roomTokens)
        .set({ usedAt: sql`now()` })
        .where(
          and(
            eq(roomTokens.hash, tokenHash),
            eq(roomTokens.roomId, roomId),
            isNull(roomTokens.usedAt),
            gt(roomTokens.expiresAt, sql`now()`),
          ),
        )
        .returning(),
    ]);
    if (room.projectId !== projectId) throw invalidToken();
    if (room.maxParticipants !== null && (held[0]?.places ?? 0) >= room.maxParticipants) throw new Refusal("room_full");
    if (!token) throw invalidToken();
    const { identity, name, metadata, canPublish, canSubscribe } = token;
    const resumeToken = newReconnectToken();
    const resumeHash = canResume ? digest(resumeToken) : null;
    const stored = { identity, name, metadata, canPublish, canSubscribe };
    await Promise.all([
      tx.insert(roomPeers).values({ roomId, peerId, ...stored, status: "connected", resumeHash }),
      openSession(tx, { projectId, kind: "room", subjectId: roomId, peerId, identity }, node),
      room.idleSince && tx.update(rooms).set({ idleSince: null }).where(eq(rooms.id, roomId)),
    ]);
    return { peerId, participant: participantOf(stored), resumeToken };
  };
  return transact(connection, take, { onLate });
}

/**
 * Gives a place back to the peer that it is kept for.
 *
 * @param isLive whether this home still has the peer's media: its session in the ledger then goes on
 * @throws {Refusal} `invalid_reconnect`, `room_terminated`
 * @throws {Fenced} | {DatabaseUnavailable}
 */
export function returnToPlace(
  connection: Connection,
  claim: HomeClaim,
  options: {
    readonly projectId: ProjectId;
    readonly peerId: PeerId;
    readonly tokenHash: Uint8Array;
    readonly node: LedgerNode;
    readonly isLive: () => boolean;
    readonly onLate: (late: Admitted) => void;
  },
): Promise<Admitted> {
  const { projectId, peerId, tokenHash, node, isLive, onLate } = options;
  const { roomId } = claim;
  const take = async (tx: Transaction): Promise<Admitted> => {
    const room = await lockRoom(tx, claim);
    const [peer] = await tx
      .select()
      .from(roomPeers)
      .where(
        and(
          ofPeer(roomId, peerId),
          or(isNull(roomPeers.expiresAt), gt(roomPeers.expiresAt, sql`now()`)),
          or(eq(roomPeers.resumeHash, tokenHash), eq(roomPeers.freshResumeHash, tokenHash)),
        ),
      );
    if (!peer || room.projectId !== projectId) {
      throw new Refusal("invalid_reconnect", "Invalid or expired resume token.");
    }
    const resumeToken = newReconnectToken();
    await tx
      .update(roomPeers)
      .set({
        status: "connected",
        expiresAt: null,
        // The fresh token replaces the earlier one only once it is used: an answer that is lost locks nobody out.
        resumeHash: tokenHash,
        freshResumeHash: digest(resumeToken),
      })
      .where(ofPeer(roomId, peerId));
    if (!isLive()) {
      await closeLostSessions(tx, { subjectId: roomId, peerIds: [peerId] });
      const { identity } = peer;
      await openSession(tx, { projectId, kind: "room", subjectId: roomId, peerId, identity }, node);
    }
    if (room.idleSince) await tx.update(rooms).set({ idleSince: null }).where(eq(rooms.id, roomId));
    return { peerId, participant: participantOf(peer), resumeToken };
  };
  return transact(connection, take, { onLate });
}

export interface Leaving {
  readonly peerId: PeerId;
  readonly reason: string;
  /** When the peer was last heard, monotonic milliseconds; minus infinity when it never was here. */
  readonly lastHeardAt: number;
  /** Its token can be used once more. */
  readonly reuse?: Uint8Array;
}

/**
 * Frees a place; one whose window is over only if nobody came back to it meanwhile.
 *
 * @throws {Fenced} | {DatabaseUnavailable}
 */
export function freePlace(
  connection: Connection,
  claim: HomeClaim,
  { peerId, reason, lastHeardAt, reuse }: Leaving,
): Promise<void> {
  return transact(connection, async (tx) => {
    const room = await lockRoom(tx, claim, { evenEnded: true });
    const isOver = reason === "expired" ? eq(roomPeers.status, "disconnected") : undefined;
    const freed = await tx
      .delete(roomPeers)
      .where(and(ofPeer(claim.roomId, peerId), isOver))
      .returning({ peerId: roomPeers.peerId });
    if (freed.length === 0 && isOver && (await isThere(tx, claim.roomId, peerId))) return;
    await closeSession(tx, { subjectId: claim.roomId, peerId }, reason, performance.now() - lastHeardAt);
    // A kick may have freed it before, and made the token void.
    if (reuse && freed.length > 0) await tx.update(roomTokens).set({ usedAt: null }).where(eq(roomTokens.hash, reuse));
    await noteIdle(tx, room, claim.roomId);
  });
}

/** It came back; else a sweeper was faster, and the session is still to be closed. */
async function isThere(tx: Transaction, roomId: RoomId, peerId: PeerId): Promise<boolean> {
  const rows = await tx.select({ peerId: roomPeers.peerId }).from(roomPeers).where(ofPeer(roomId, peerId));
  return rows.length > 0;
}

/**
 * Keeps a place for a peer whose socket was lost.
 *
 * @throws {Fenced} | {DatabaseUnavailable}
 */
export function keepPlace(
  connection: Connection,
  claim: HomeClaim,
  { peerId, windowMs }: { peerId: PeerId; windowMs: number },
): Promise<void> {
  return transact(connection, async (tx) => {
    const room = await lockRoom(tx, claim, { evenEnded: true });
    await tx
      .update(roomPeers)
      .set({ status: "disconnected", expiresAt: sql`now() + ${windowMs} * interval '1 millisecond'` })
      .where(ofPeer(claim.roomId, peerId));
    await noteIdle(tx, room, claim.roomId);
  });
}

/** Which of these claims hold no longer: another one came after, or the room has ended. */
export async function lostClaims(
  connection: Connection,
  claims: readonly HomeClaim[],
): Promise<Map<RoomId, "ended" | "fenced">> {
  const lost = new Map<RoomId, "ended" | "fenced">();
  if (claims.length === 0) return lost;
  const ids = claims.map(({ roomId }) => roomId);
  const rows = await query(
    connection.db
      .select({ id: rooms.id, homeEpoch: rooms.homeEpoch, tombstonedAt: rooms.tombstonedAt })
      .from(rooms)
      .where(inArray(rooms.id, ids)),
  );
  const known = new Map(rows.map((row) => [row.id, row]));
  for (const { roomId, epoch } of claims) {
    const row = known.get(roomId);
    if (row?.homeEpoch !== epoch) lost.set(roomId, "fenced");
    else if (row.tombstonedAt) lost.set(roomId, "ended");
  }
  return lost;
}

/** Who holds a place in these rooms. */
export async function heldPlaces(connection: Connection, roomIds: readonly RoomId[]): Promise<Set<PeerId>> {
  if (roomIds.length === 0) return new Set();
  const rows = await query(
    connection.db
      .select({ peerId: roomPeers.peerId })
      .from(roomPeers)
      .where(inArray(roomPeers.roomId, [...roomIds])),
  );
  return new Set(rows.map(({ peerId }) => peerId as PeerId));
}

const ofPeer = (roomId: RoomId, peerId: PeerId) => and(eq(roomPeers.roomId, roomId), eq(roomPeers.peerId, peerId));

const invalidToken = () => new Refusal("invalid_token", "Invalid or already consumed room token.");

/** Places of one room are taken and freed one after the other, and by its home alone. */
async function lockRoom(tx: Transaction, { roomId, epoch }: HomeClaim, { evenEnded = false } = {}) {
  const [room] = await tx
    .select({
      projectId: rooms.projectId,
      maxParticipants: rooms.maxParticipants,
      idleSince: rooms.idleSince,
      homeEpoch: rooms.homeEpoch,
      tombstonedAt: rooms.tombstonedAt,
    })
    .from(rooms)
    .where(eq(rooms.id, roomId))
    .for("update");
  if (room?.homeEpoch !== epoch) throw new Fenced();
  if (room.tombstonedAt && !evenEnded) throw new Refusal("room_terminated");
  return room;
}

async function noteIdle(tx: Transaction, room: { idleSince: Date | null }, roomId: RoomId): Promise<void> {
  if (room.idleSince) return;
  const [connected] = await tx
    .select({ peers: count() })
    .from(roomPeers)
    .where(and(eq(roomPeers.roomId, roomId), eq(roomPeers.status, "connected")));
  if (connected?.peers === 0) await tx.update(rooms).set({ idleSince: sql`now()` }).where(eq(rooms.id, roomId));
}

export function participantOf(row: {
  identity: string | null;
  name: string | null;
  metadata: unknown;
  canPublish: boolean;
  canSubscribe: boolean;
}): Participant {
  const { identity, name, metadata, canPublish, canSubscribe } = row;
  return {
    ...(identity !== null && { identity }),
    ...(name !== null && { name }),
    ...(metadata !== null && metadata !== undefined && { metadata: metadata as NonNullable<Participant["metadata"]> }),
    canPublish,
    canSubscribe,
  };
}
