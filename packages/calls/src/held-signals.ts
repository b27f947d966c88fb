import { type Connection, callPeers, heldSignals, type Transaction, transact } from "@radist-tech/db";
import type { CallId, Epoch, NodeId, PeerId } from "@radist-tech/protocol";
import { and, asc, eq, inArray, sql } from "drizzle-orm";

/** A signal that waits for a peer. */
export interface HeldSignal {
  readonly id: number;
  readonly frame: string;
}

/** Maximum number and size of signals that wait for one disconnected peer. */
export interface HoldLimits {
  readonly messages: number;
  readonly bytes: number;
}

export interface HoldOptions extends HoldLimits {
  /** An earlier attempt to hold this very frame was not answered: it is held once. */
  readonly mayBeHeld?: boolean;
  /** The claim of the other peer, which sent it. */
  readonly sender?: { readonly peerId: PeerId; readonly epoch: Epoch };
}

export type Held =
  /** `superseded`: its sender has claimed another socket since, and may have sent more from there. */
  | { readonly outcome: "held" | "full" | "gone" | "superseded" }
  /** The peer is connected: deliver it there. */
  | { readonly outcome: "connected"; readonly nodeId: NodeId; readonly epoch: Epoch };

/**
 * Holds a signal for a disconnected peer, or says where the peer is connected. The lock on the peer makes it one or
 * the other: a reconnection either finds the signal, or comes first.
 */
export function holdSignal(
  connection: Connection,
  target: { readonly callId: CallId; readonly peerId: PeerId },
  frame: string,
  { messages, bytes, mayBeHeld = false, sender }: HoldOptions,
): Promise<Held> {
  return transact(connection, async (tx): Promise<Held> => {
    const [peer] = await tx
      .select({
        status: callPeers.status,
        nodeId: callPeers.nodeId,
        epoch: callPeers.epoch,
        isOver: sql<boolean>`coalesce(${callPeers.expiresAt} <= now(), false)`,
      })
      .from(callPeers)
      .where(and(eq(callPeers.callId, target.callId), eq(callPeers.peerId, target.peerId)))
      .for("update");
    if (peer?.status === "connected") {
      return { outcome: "connected", nodeId: peer.nodeId as NodeId, epoch: peer.epoch as Epoch };
    }
    if (peer?.status !== "disconnected" || peer.isOver) return { outcome: "gone" };
    const byteLength = Buffer.byteLength(frame);
    const [held] = await tx
      .select({
        messages: sql<number>`count(*)::int`,
        bytes: sql<number>`coalesce(sum(${heldSignals.byteLength}), 0)::int`,
        isHeld: mayBeHeld
          ? sql<boolean>`coalesce(bool_or(${heldSignals.frame} = ${frame}), false)`
          : sql<boolean>`false`,
        isSuperseded: sender ? isClaimedAfter(target.callId, sender) : sql<boolean>`false`,
      })
      .from(heldSignals)
      .where(and(eq(heldSignals.callId, target.callId), eq(heldSignals.peerId, target.peerId)));
    if (held?.isHeld) return { outcome: "held" };
    // Under the lock: what the later socket sends comes after this statement.
    if (held?.isSuperseded) return { outcome: "superseded" };
    const isFull = !held || held.messages >= messages || held.bytes + byteLength > bytes;
    if (isFull) return { outcome: "full" };
    await storeHeld(tx, target, [frame]);
    return { outcome: "held" };
  });
}

const isClaimedAfter = (callId: CallId, { peerId, epoch }: { peerId: PeerId; epoch: Epoch }) => sql<boolean>`exists (
  select 1 from ${callPeers}
  where ${callPeers.callId} = ${callId} and ${callPeers.peerId} = ${peerId} and ${callPeers.epoch} > ${epoch}
)`;

/** Appends frames to what waits for a peer. */
export async function storeHeld(
  tx: Transaction,
  target: { readonly callId: CallId; readonly peerId: PeerId },
  frames: readonly string[],
): Promise<void> {
  if (frames.length === 0) return;
  await tx
    .insert(heldSignals)
    .values(frames.map((frame) => ({ ...target, frame, byteLength: Buffer.byteLength(frame) })));
}

export async function heldFor(tx: Transaction, callId: CallId, peerId: PeerId): Promise<HeldSignal[]> {
  return await tx
    .select({ id: heldSignals.id, frame: heldSignals.frame })
    .from(heldSignals)
    .where(and(eq(heldSignals.callId, callId), eq(heldSignals.peerId, peerId)))
    .orderBy(asc(heldSignals.id));
}

/** Deletes held signals that have been delivered. */
export async function dropHeld(connection: Connection, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  await transact(connection, (tx) => tx.delete(heldSignals).where(inArray(heldSignals.id, [...ids])));
}
