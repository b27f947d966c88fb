import { type Connection, calls, callTokens, type Transaction, transact } from "@radist-tech/db";
import {
  type CallId,
  type CallToken,
  newPeerId,
  newReconnectToken,
  type PeerId,
  type ProjectId,
  Refusal,
} from "@radist-tech/protocol";
import { and, eq, gt, isNull, sql } from "drizzle-orm";
import { type AdmissionContext, type Admitted, admitPeer } from "./admission.ts";
import { lockCalls } from "./load.ts";
import { digest } from "./tokens.ts";

/** A peer that joined with a token. */
export interface Joined extends Admitted {
  readonly tokenHash: Uint8Array;
}

/**
 * Uses a token up and takes a seat, both or neither.
 *
 * @param onPeer hears who will join, before anybody else can know of it
 * @throws {Refusal} `invalid_token`, `call_terminated`, `call_full`
 * @throws {DatabaseUnavailable}
 */
export async function joinCall(
  context: AdmissionContext<Joined>,
  callToken: CallToken,
  onPeer: (callId: CallId, peerId: PeerId, tokenHash: Uint8Array) => void,
): Promise<Joined> {
  const { connection, projectId, ownerNode, onLate } = context;
  const tokenHash = digest(callToken);
  const callId = await callOf(connection, projectId, tokenHash);
  const peerId = newPeerId();
  onPeer(callId, peerId, tokenHash);
  const join = async (tx: Transaction): Promise<Joined> => {
    // Of many that use the same token, all but one stop here, at the lock on its row.
    await useToken(tx, tokenHash);
    const locked = await lockCalls(tx, [callId]);
    const reconnectToken = newReconnectToken();
    const tokens = new Map([[peerId, { reconnectHash: digest(reconnectToken), freshReconnectHash: null }]]);
    const input = { callId, event: { type: "join", peerId, ownerNode } as const, tokens };
    return { ...(await admitPeer(tx, locked, input, context.limits)), reconnectToken, tokenHash };
  };
  return transact(connection, join, { onLate });
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

/** @throws {Refusal} `invalid_token` */
async function useToken(tx: Transaction, hash: Uint8Array): Promise<void> {
  const used = await tx
    .update(callTokens)
    .set({ usedAt: sql`now()` })
    .where(and(eq(callTokens.hash, hash), isNull(callTokens.usedAt), gt(callTokens.expiresAt, sql`now()`)))
    .returning({ hash: callTokens.hash });
  if (used.length === 0) throw new Refusal("invalid_token");
}
