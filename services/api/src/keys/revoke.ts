import { secretKeys, type Transaction } from "@radist-tech/db";
import { Refusal } from "@radist-tech/protocol";
import { and, eq, sql } from "drizzle-orm";

/**
 * Revokes a key for good; the time of a first revocation stays.
 *
 * @throws {Refusal} `key_not_found`
 */
export async function revokeKey(tx: Transaction, options: { projectId: string; keyId: string }): Promise<void> {
  const revoked = await tx
    .update(secretKeys)
    .set({ revokedAt: sql`coalesce(${secretKeys.revokedAt}, now())` })
    .where(and(eq(secretKeys.id, options.keyId), eq(secretKeys.projectId, options.projectId)))
    .returning({ id: secretKeys.id });
  if (revoked.length === 0) throw new Refusal("key_not_found");
}
