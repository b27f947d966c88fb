import { createHash } from "node:crypto";
import { type CallToken, newCallToken } from "@radist-tech/protocol";

/** SHA-256: how credentials are stored and looked up. */
export const digest = (credential: string): Uint8Array => createHash("sha256").update(credential).digest();

/** A participant token, and its digest, which is what is stored of it. */
export function freshToken(): { readonly token: CallToken; readonly hash: Uint8Array } {
  const token = newCallToken();
  return { token, hash: digest(token) };
}
