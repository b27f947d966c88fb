import { secretKeys, type Transaction } from "@radist-tech/db";
import { recordProjectFacts } from "@radist-tech/events";
import { type KeyId, type ProjectId, Refusal } from "@radist-tech/protocol";
import { and, eq, sql } from "drizzle-orm";

/**
 * Revokes a key for good; the time of a first revocation stays.
 *
 * @throws {Refusal} `key_not_found`
 */
export async function revokeKey(
  tx: Transaction,
  { projectId, keyId }: { readonly projectId: ProjectId; readonly keyId: KeyId },
): Promise<void> {
  const [key] = await tx
    .select({ revokedAt: secretKeys.revokedAt })
    .from(secretKeys)
    .where(and(eq(secretKeys.id, keyId), eq(secretKeys.projectId, projectId)))
    .for("no key update");
  if (!key) throw new Refusal("key_not_found");
  if (key.revokedAt) return;
  await tx.update(secretKeys).set({ revokedAt: sql`now()` }).where(eq(secretKeys.id, keyId));
  await recordProjectFacts(tx, projectId, [{ type: "key.revoked", data: { keyId } }]);
}
