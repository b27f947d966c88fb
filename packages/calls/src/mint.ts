import { callPeers, calls, callTokens, isFewerThan, type Transaction } from "@radist-tech/db";
import { type MintedCallToken, Refusal } from "@radist-tech/protocol";
import { and, eq, gt, isNull, sql } from "drizzle-orm";
import { SEATS } from "./call.ts";
import { seatIsTaken } from "./seats.ts";
import { freshToken } from "./tokens.ts";

/** Maximum of tokens of a call that nobody has used, by the kind of the key that minted them. */
const MAX_UNUSED = { public: 20, secret: 1_000 };

/**
 * A token for one more participant.
 *
 * @throws {Refusal} `call_not_found`, `call_private` (before anything about the state: a public key learns nothing
 *   of a private call), `call_terminated`, `peers_connected`, `too_many_tokens`
 */
export async function mintToken(
  tx: Transaction,
  options: { projectId: string; callId: string; by: "secret" | "public"; ttlSeconds: number },
): Promise<MintedCallToken> {
  const { projectId, callId, by, ttlSeconds } = options;
  const seatsTaken = tx.$count(callPeers, and(eq(callPeers.callId, callId), seatIsTaken));
  const [call] = await tx
    .select({
      accessControl: calls.accessControl,
      isTombstoned: sql<boolean>`${calls.tombstonedAt} is not null`,
      seatsTaken,
    })
    .from(calls)
    .where(and(eq(calls.id, callId), eq(calls.projectId, projectId)));
  if (!call) throw new Refusal("call_not_found");
  if (by === "public" && call.accessControl === "private") throw new Refusal("call_private");
  if (call.isTombstoned) throw new Refusal("call_terminated");
  if (call.seatsTaken >= SEATS) throw new Refusal("peers_connected");
  const byPublicKey = by === "public";
  const isUnused = and(
    eq(callTokens.callId, callId),
    eq(callTokens.byPublicKey, byPublicKey),
    isNull(callTokens.usedAt),
    gt(callTokens.expiresAt, sql`now()`),
  );
  const mayMint = await isFewerThan(tx, {
    limit: MAX_UNUSED[by],
    subjectId: callId,
    rows: (offset) => tx.select({ one: sql`1` }).from(callTokens).where(isUnused).offset(offset).limit(1),
  });
  if (!mayMint) throw new Refusal("too_many_tokens");
  const { token, stored } = freshToken(ttlSeconds);
  await tx.insert(callTokens).values({ ...stored, callId, byPublicKey });
  return { callToken: token };
}
