import { secretKeys, type Transaction } from "@radist-tech/db";
import type { Key, KeyId } from "@radist-tech/protocol";
import { asc, eq } from "drizzle-orm";

/** All keys that a project ever had, oldest first. */
export async function listKeys(tx: Transaction, projectId: string): Promise<Key[]> {
  const rows = await tx
    .select()
    .from(secretKeys)
    .where(eq(secretKeys.projectId, projectId))
    .orderBy(asc(secretKeys.createdAt), asc(secretKeys.id));
  return rows.map((row) => ({
    keyId: row.id as KeyId,
    name: row.name,
    createdAt: row.createdAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
  }));
}
