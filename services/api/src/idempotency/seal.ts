import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** What only the caller of a request has: the credential, and the key chosen for it. */
export interface SealingSecret {
  readonly credential: string;
  readonly idempotencyKey: string;
}

/**
 * Encrypts an answer (AES-256-GCM, bound to its request) under a key derived from the caller's secret (HKDF-SHA-256).
 * Answers hold tokens and keys, and the database must not.
 */
export function seal(answer: string, secret: SealingSecret, requestHash: Uint8Array): Uint8Array {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", sealingKey(secret), iv);
  cipher.setAAD(requestHash);
  return Buffer.concat([iv, cipher.update(answer, "utf8"), cipher.final(), cipher.getAuthTag()]);
}

/** The answer, or undefined when it was sealed by another credential. */
export function unseal(sealed: Uint8Array, secret: SealingSecret, requestHash: Uint8Array): string | undefined {
  const decipher = createDecipheriv("aes-256-gcm", sealingKey(secret), sealed.subarray(0, IV_BYTES));
  decipher.setAAD(requestHash);
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  const text = Buffer.from(decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES)));
  try {
    return Buffer.concat([text, decipher.final()]).toString("utf8");
  } catch {
    return undefined;
  }
}

function sealingKey({ credential, idempotencyKey }: SealingSecret): Buffer {
  return Buffer.from(hkdfSync("sha256", `${credential}\n${idempotencyKey}`, "", "radist idempotent answer v1", 32));
}
