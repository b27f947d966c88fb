import { secretKeys, type Transaction } from "@radist-tech/db";
import { recordProjectFacts } from "@radist-tech/events";
import { type CreatedKey, newKeyId, newSecretKey, type ProjectId } from "@radist-tech/protocol";
import { sha256 } from "../auth/digest.ts";

/** A fresh secret key. Only its digest is stored, so nobody can show it again. */
export async function createKey(
  tx: Transaction,
  options: { readonly projectId: ProjectId; readonly name: string },
): Promise<CreatedKey> {
  const { projectId, name } = options;
  const keyId = newKeyId();
  const secretKey = newSecretKey();
  await tx.insert(secretKeys).values({ id: keyId, projectId, name, hash: sha256(secretKey) });
  await recordProjectFacts(tx, projectId, [{ type: "key.created", data: { keyId, name } }]);
  return { keyId, secretKey };
}
