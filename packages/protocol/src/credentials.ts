import { z } from "zod";
import { checkCharacters, randomBase62 } from "./checksum.ts";

const PUBLIC = /^rad_pk_[0-9A-Za-z]{38}$/;
const SECRET = /^rad_sk_[0-9A-Za-z]{49}$/;

const hasValidCheck = (key: string): boolean => checkCharacters(key.slice(0, -6)) === key.slice(-6);

const withCheck = (body: string): string => body + checkCharacters(body);

/** Identifies a project in browsers: `rad_pk_`, 32 base62 and 6 check characters. Not a secret. */
export const PublicKey = z
  .string()
  .refine((key) => PUBLIC.test(key) && hasValidCheck(key))
  .brand<"PublicKey">();
export type PublicKey = z.infer<typeof PublicKey>;

/** Authorises a backend: `rad_sk_`, 43 base62 and 6 check characters. Shown once, stored as its SHA-256. */
export const SecretKey = z
  .string()
  .refine((key) => SECRET.test(key) && hasValidCheck(key))
  .brand<"SecretKey">();
export type SecretKey = z.infer<typeof SecretKey>;

/** Lets one participant into one call, once: `ct_` and 256 bits in base64url. */
export const CallToken = z
  .string()
  .regex(/^ct_[0-9A-Za-z_-]{43}$/)
  .brand<"CallToken">();
export type CallToken = z.infer<typeof CallToken>;

/** Proves that a reconnecting socket belongs to an earlier peer: `rt_` and 256 bits in base64url. */
export const ReconnectToken = z
  .string()
  .regex(/^rt_[0-9A-Za-z_-]{43}$/)
  .brand<"ReconnectToken">();
export type ReconnectToken = z.infer<typeof ReconnectToken>;

function random256Bits(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace("=", "");
}

export const newPublicKey = (): PublicKey => withCheck(`rad_pk_${randomBase62(32)}`) as PublicKey;
export const newSecretKey = (): SecretKey => withCheck(`rad_sk_${randomBase62(43)}`) as SecretKey;
export const newCallToken = (): CallToken => `ct_${random256Bits()}` as CallToken;
export const newReconnectToken = (): ReconnectToken => `rt_${random256Bits()}` as ReconnectToken;
