import {
  type BoundStatement,
  bind,
  type Connection,
  callPeers,
  endWith,
  heldSignals,
  insertion,
  query,
  sendAll,
  statement,
  transact,
} from "@radist-tech/db";
import type { CallId, Epoch, NodeId, PeerId } from "@radist-tech/protocol";
import { and, eq, sql } from "drizzle-orm";

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
    await endWith(tx, holding([{ target, frames: [frame] }]));
    return { outcome: "held" };
  });
}

const isClaimedAfter = (callId: CallId, { peerId, epoch }: { peerId: PeerId; epoch: Epoch }) => sql<boolean>`exists (
  select 1 from ${callPeers}
  where ${callPeers.callId} = ${callId} and ${callPeers.peerId} = ${peerId} and ${callPeers.epoch} > ${epoch}
)`;

const HOLD = insertion(heldSignals, ["callId", "peerId", "frame", "byteLength"]);

/** Statements that append frames to what waits for peers. */
export function holding(
  targets: readonly {
    readonly target: { readonly callId: CallId; readonly peerId: PeerId };
    readonly frames: readonly string[];
  }[],
): BoundStatement[] {
  const rows = targets.flatMap(({ target: { callId, peerId }, frames }) =>
    frames.map((frame) => ({ callId, peerId, frame, byteLength: Buffer.byteLength(frame) })),
  );
  return rows.length === 0 ? [] : [bind(HOLD, rows)];
}

/** Deletes held signals that have been delivered. */
export async function dropHeld(connection: Connection, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  await query(sendAll(connection.db, [bind(DROP, ids)]));
}

const DROP = statement<readonly number[]>(
  (input) => sql`delete from ${heldSignals} where id in (select value::bigint from json_array_elements_text(${input}))`,
);
