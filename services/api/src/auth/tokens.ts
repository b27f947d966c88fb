import { type CallToken, newCallToken } from "@radist-tech/protocol";
import { type SQL, sql } from "drizzle-orm";
import { sha256 } from "./digest.ts";

/** A participant token for a call or a room, and what is stored of it: a digest, and until when it can be used. */
interface FreshToken {
  readonly token: CallToken;
  readonly stored: { readonly hash: Uint8Array; readonly expiresAt: SQL<Date> };
}

export function freshToken(ttlSeconds: number): FreshToken {
  const token = newCallToken();
  return { token, stored: { hash: sha256(token), expiresAt: sql`now() + make_interval(secs => ${ttlSeconds})` } };
}
