import { createHash } from "node:crypto";

/** SHA-256 of a text: how credentials are stored and looked up. */
export const sha256 = (text: string): Uint8Array => createHash("sha256").update(text).digest();
