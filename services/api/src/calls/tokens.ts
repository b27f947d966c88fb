import { callTokens, type Transaction } from "@radist-tech/db";
import { type CallToken, newCallToken } from "@radist-tech/protocol";
import { sql } from "drizzle-orm";
import { sha256 } from "../auth/digest.ts";

/** Makes fresh tokens for a call, one for each of `count` participants. Only their digests are stored. */
export async function issueTokens(
  tx: Transaction,
  options: { callId: string; count: number; ttlSeconds: number },
): Promise<CallToken[]> {
  const tokens = Array.from({ length: options.count }, newCallToken);
  const expiresAt = sql<Date>`now() + make_interval(secs => ${options.ttlSeconds})`;
  await tx
    .insert(callTokens)
    .values(tokens.map((token) => ({ hash: sha256(token), callId: options.callId, expiresAt })));
  return tokens;
}
