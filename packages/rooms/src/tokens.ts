import { type CallToken, newCallToken } from "@radist-tech/protocol";
import { type SQL, sql } from "drizzle-orm";
import { digest } from "./seating.ts";

/** A participant token, and what is stored of it: a digest, and until when it can be used. */
interface FreshToken {
  readonly token: CallToken;
  readonly stored: { readonly hash: Uint8Array; readonly expiresAt: SQL<Date> };
}

export function freshToken(ttlSeconds: number): FreshToken {
  const token = newCallToken();
  return { token, stored: { hash: digest(token), expiresAt: sql`now() + make_interval(secs => ${ttlSeconds})` } };
}
