import { secretKeys, type Transaction } from "@radist-tech/db";
import { type CreatedKey, newKeyId, newSecretKey } from "@radist-tech/protocol";
import { sha256 } from "../auth/digest.ts";

/** A fresh secret key. Only its digest is stored, so nobody can show it again. */
export async function createKey(tx: Transaction, options: { projectId: string; name: string }): Promise<CreatedKey> {
  const keyId = newKeyId();
  const secretKey = newSecretKey();
  await tx.insert(secretKeys).values({ id: keyId, ...options, hash: sha256(secretKey) });
  return { keyId, secretKey };
}
