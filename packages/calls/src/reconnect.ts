import { type Transaction, transact } from "@radist-tech/db";
import { type CallId, newReconnectToken, type PeerId, type ReconnectToken, Refusal } from "@radist-tech/protocol";
import { type AdmissionContext, type Admitted, admitPeer } from "./admission.ts";
import type { Peer } from "./call.ts";
import { type HeldSignal, heldFor } from "./held-signals.ts";
import { type LockedCall, lockCalls, type PeerTokens } from "./load.ts";
import { screenCredentials } from "./screening.ts";
import { digest } from "./tokens.ts";

export interface Reconnected extends Admitted {
  /** The claim that was connected until now, if there was one: its node still has to give it up. */
  readonly superseded: Peer | undefined;
  /** Signals that wait for the peer, in order; they stay stored until they have been delivered. */
  readonly held: readonly HeldSignal[];
}

interface ReconnectContext extends AdmissionContext<Reconnected> {
  /** Milliseconds since this node last heard the peer's earlier socket; infinite when that is not on this node. */
  readonly silentMs: (peerId: PeerId) => number;
}

/**
 * Gives an earlier peer to a new socket.
 *
 * @throws {Refusal} `invalid_reconnect`, `call_terminated`
 * @throws {DatabaseUnavailable}
 */
export async function reconnectPeer(
  { connection, projectId, ownerNode, limits, silentMs, onLate, isWanted = () => true }: ReconnectContext,
  claim: { readonly callId: CallId; readonly peerId: PeerId; readonly reconnectToken: ReconnectToken },
): Promise<Reconnected> {
  const { callId, peerId } = claim;
  // Without the lock: who only guesses must not hold up those who join this call.
  const [wrong] = await screenCredentials(connection, [{ kind: "reconnect", ...claim }]);
  if (wrong) throw wrong;
  const reconnect = async (tx: Transaction): Promise<Reconnected> => {
    const locked = await lockCalls(tx, [callId]);
    const before = locked.byId.get(callId);
    if (before?.call.projectId !== projectId) throw new Refusal("invalid_reconnect");
    const reconnectToken = newReconnectToken();
    const rotated = rotate(before, peerId, digest(claim.reconnectToken), digest(reconnectToken));
    const earlier = before.call.peers.find((peer) => peer.peerId === peerId);
    const superseded = earlier?.status === "connected" ? { ...earlier, silentMs: silentMs(peerId) } : undefined;
    const input = {
      callId,
      event: { type: "reconnect", peerId, ownerNode } as const,
      tokens: new Map([[peerId, rotated]]),
    };
    const [admitted, held] = await Promise.all([
      admitPeer(tx, locked, input, limits, superseded),
      heldFor(tx, callId, peerId),
    ]);
    return { ...admitted, reconnectToken, held, superseded };
  };
  return transact(connection, reconnect, { onLate, isWanted });
}

/**
 * Checks a reconnect token and moves on. The fresh token replaces the earlier one only once it is used, so that an
 * answer that never arrived locks nobody out.
 */
function rotate({ tokens }: LockedCall, peerId: PeerId, presented: Uint8Array, next: Uint8Array): PeerTokens {
  const known = tokens.get(peerId);
  const isPresented = (hash: Uint8Array | null | undefined) => hash && Buffer.from(hash).equals(presented);
  if (!isPresented(known?.reconnectHash) && !isPresented(known?.freshReconnectHash)) {
    throw new Refusal("invalid_reconnect");
  }
  return { reconnectHash: presented, freshReconnectHash: next };
}
