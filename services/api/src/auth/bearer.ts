import { Refusal } from "@radist-tech/protocol";

/** `Authorization: Bearer <token>`; the scheme is case-insensitive (RFC 9110, 11.1). */
const BEARER = /^bearer +([!-~]+)$/i;

/**
 * The credential of a request.
 *
 * @throws {Refusal} `missing_bearer_token` when there is none, or another scheme
 */
export function bearerToken(authorization: string | undefined): string {
  const token = BEARER.exec(authorization ?? "")?.[1];
  if (token === undefined) throw new Refusal("missing_bearer_token");
  return token;
}
