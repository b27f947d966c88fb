import {
  type Connection,
  callPeers,
  calls,
  callTokens,
  heldSignals,
  type Transaction,
  transact,
} from "@radist-tech/db";
import {
  type CallId,
  type CallToken,
  newPeerId,
  newReconnectToken,
  type PeerId,
  type ProjectId,
  type ReconnectToken,
  Refusal,
} from "@radist-tech/protocol";
import { and, asc, eq, gt, isNull, sql } from "drizzle-orm";
import type { Stored } from "./advance.ts";
import { type CallEvent, type CallLimits, type OwnerNode, type Peer, step } from "./call.ts";
import { countPeer } from "./sessions.ts";
import { type LockedCall, lockCall, type PeerTokens, saveCall } from "./store.ts";
import { digest } from "./tokens.ts";

/** A stored step that gave a socket its peer. */
export interface Admitted extends Stored {
  readonly peer: Peer;
  /** The peer's session in the usage ledger. */
  readonly sessionId: string;
  /** Proves this peer at its next reconnection. */
  readonly reconnectToken: ReconnectToken;
}

export interface Readmitted extends Admitted {
  /** The claim that was connected until now, if there was one: its node still has to let go. */
  readonly superseded: Peer | undefined;
  /** Signals that wait for the peer, in order; they stay stored until they have been delivered. */
  readonly held: readonly { readonly id: number; readonly frame: string }[];
}

interface AdmitContext<T> {
  readonly connection: Connection;
  readonly projectId: ProjectId;
  readonly ownerNode: OwnerNode;
  readonly limits: CallLimits;
  /** Milliseconds since this node last heard the socket that a peer has had until now; infinite when it is not here. */
  readonly silentMs: (peerId: PeerId) => number;
  /** Called when the admission was stored after its caller had given up. */
  readonly onLate: (admitted: T) => void;
}

/**
 * Uses a token up and takes a seat, both or neither.
 *
 * @throws {Refusal} `invalid_token`, `call_terminated`, `call_full`
 * @throws {DatabaseUnavailable}
 */
export async function joinCall(
  { connection, projectId, ownerNode, limits, onLate }: AdmitContext<Admitted & { undo: () => Promise<void> }>,
  callToken: CallToken,
  onPeer: (callId: CallId, peerId: PeerId) => void,
): Promise<Admitted> {
  const hash = digest(callToken);
  const callId = await callOf(connection, projectId, hash);
  const peerId = newPeerId();
  onPeer(callId, peerId);
  const admit = async (tx: Transaction): Promise<Admitted & { undo: () => Promise<void> }> => {
    const locked = await lockCall(tx, callId);
    if (!locked) throw new Refusal("invalid_token");
    if (locked.call.state === "tombstoned") throw new Refusal("call_terminated");
    const used = await tx
      .update(callTokens)
      .set({ usedAt: sql`now()` })
      .where(and(eq(callTokens.hash, hash), isNull(callTokens.usedAt), gt(callTokens.expiresAt, sql`now()`)))
      .returning({ hash: callTokens.hash });
    if (used.length === 0) throw new Refusal("invalid_token");
    const reconnectToken = newReconnectToken();
    const tokens = { reconnectHash: digest(reconnectToken), freshReconnectHash: null };
    const admitted = await store(tx, locked, { type: "join", peerId, ownerNode }, limits, tokens);
    const undo = async (): Promise<void> => {
      await connection.db.update(callTokens).set({ usedAt: null }).where(eq(callTokens.hash, hash));
    };
    return { ...admitted, reconnectToken, undo };
  };
  return transact(connection, admit, { onLate });
}

/**
 * Gives an earlier peer to a new socket.
 *
 * @throws {Refusal} `invalid_reconnect`, `call_terminated`
 * @throws {DatabaseUnavailable}
 */
export function reconnectPeer(
  { connection, projectId, ownerNode, limits, silentMs, onLate }: AdmitContext<Readmitted>,
  claim: { readonly callId: CallId; readonly peerId: PeerId; readonly reconnectToken: ReconnectToken },
): Promise<Readmitted> {
  const { callId, peerId } = claim;
  const admit = async (tx: Transaction): Promise<Readmitted> => {
    const locked = await lockCall(tx, callId);
    if (locked?.call.projectId !== projectId) throw new Refusal("invalid_reconnect");
    const reconnectToken = newReconnectToken();
    const tokens = await rotate(tx, callId, peerId, digest(claim.reconnectToken), digest(reconnectToken));
    const earlier = locked.call.peers.find((peer) => peer.peerId === peerId);
    const superseded = earlier?.status === "connected" ? { ...earlier, silentMs: silentMs(peerId) } : undefined;
    const admitted = await store(tx, locked, { type: "reconnect", peerId, ownerNode }, limits, tokens, superseded);
    const held = await tx
      .select({ id: heldSignals.id, frame: heldSignals.frame })
      .from(heldSignals)
      .where(and(eq(heldSignals.callId, callId), eq(heldSignals.peerId, peerId)))
      .orderBy(asc(heldSignals.id));
    return { ...admitted, reconnectToken, held, superseded };
  };
  return transact(connection, admit, { onLate });
}

/** The call that a token opens. Looked up without a lock, so that a used token costs one query. */
async function callOf(connection: Connection, projectId: ProjectId, hash: Uint8Array): Promise<CallId> {
  const [row] = await transact(connection, (tx) =>
    tx
      .select({
        callId: calls.id,
        tombstonedAt: calls.tombstonedAt,
        isUsable: sql<boolean>`${callTokens.usedAt} is null and ${callTokens.expiresAt} > now()`,
      })
      .from(callTokens)
      .innerJoin(calls, eq(calls.id, callTokens.callId))
      .where(and(eq(callTokens.hash, hash), eq(calls.projectId, projectId))),
  );
  if (!row) throw new Refusal("invalid_token");
  if (row.tombstonedAt) throw new Refusal("call_terminated");
  if (!row.isUsable) throw new Refusal("invalid_token");
  return row.callId as CallId;
}

/**
 * Checks a reconnect token and moves on. The fresh token replaces the earlier one only once it is used, so that an
 * answer that never arrived locks nobody out.
 */
async function rotate(
  tx: Transaction,
  callId: CallId,
  peerId: PeerId,
  presented: Uint8Array,
  next: Uint8Array,
): Promise<PeerTokens> {
  const [peer] = await tx
    .select({ current: callPeers.reconnectHash, fresh: callPeers.freshReconnectHash })
    .from(callPeers)
    .where(and(eq(callPeers.callId, callId), eq(callPeers.peerId, peerId)));
  const isPresented = (hash: Uint8Array | null | undefined) => hash && Buffer.from(hash).equals(presented);
  if (!isPresented(peer?.current) && !isPresented(peer?.fresh)) throw new Refusal("invalid_reconnect");
  return { reconnectHash: presented, freshReconnectHash: next };
}

async function store(
  tx: Transaction,
  { call, at }: LockedCall,
  event: Extract<CallEvent, { type: "join" | "reconnect" }>,
  limits: CallLimits,
  tokens: PeerTokens,
  superseded?: { readonly silentMs: number },
): Promise<Stored & Pick<Admitted, "peer" | "sessionId">> {
  const next = step(call, event, at, limits);
  if (next.outcome === "refused") throw new Refusal(next.code);
  const peer = next.outcome === "done" ? next.call.peers.find(({ peerId }) => peerId === event.peerId) : undefined;
  if (next.outcome === "stale" || !peer) throw new Error(`A ${event.type} changed nothing.`);
  const [sessionId] = await Promise.all([
    countPeer(tx, next.call, peer, superseded),
    saveCall(tx, call, next.call, { peerId: peer.peerId, ...tokens }),
  ]);
  return { call: next.call, notify: next.notify, peer, sessionId };
}
