import { createHash } from "node:crypto";

/** What is stored of a credential. */
export const digest = (credential: string): Uint8Array => createHash("sha256").update(credential).digest();
