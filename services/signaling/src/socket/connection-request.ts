import { Attempt, JoinQuery, PublicKey, ReconnectQuery, Refusal } from "@radist-tech/protocol";
import { readQuery } from "@radist-tech/sockets";
import type { z } from "zod";

/** What a client asks for in its socket's URL. */
export type ConnectionRequest =
  | ({ readonly kind: "join" } & z.infer<typeof JoinQuery>)
  | ({ readonly kind: "reconnect" } & z.infer<typeof ReconnectQuery>);

const RECONNECT = ["callId", "peerId", "reconnectToken"] as const;

/**
 * Reads the query of a signaling URL.
 *
 * @throws {Refusal} `invalid_connection_request` for the wrong set of parameters, `unauthorized`, `invalid_token` and
 *   `invalid_reconnect` for parameters that cannot be what they should be
 */
export function readConnectionRequest(url: string): ConnectionRequest {
  const query = readQuery(url);
  const wantsJoin = query.callToken !== undefined;
  const given = RECONNECT.filter((name) => query[name] !== undefined);
  if (wantsJoin === given.length > 0 || (!wantsJoin && given.length < RECONNECT.length)) {
    throw new Refusal("invalid_connection_request");
  }
  if (!PublicKey.safeParse(query.publicKey).success) throw new Refusal("unauthorized");
  if (wantsJoin) {
    if (query.attempt !== undefined && !Attempt.safeParse(query.attempt).success) {
      throw new Refusal("invalid_connection_request", "An attempt is 22 to 64 characters of A-Z, a-z, 0-9, - and _.");
    }
    const join = JoinQuery.safeParse(query);
    if (!join.success) throw new Refusal("invalid_token");
    return { kind: "join", ...join.data };
  }
  const reconnect = ReconnectQuery.safeParse(query);
  if (!reconnect.success) throw new Refusal("invalid_reconnect");
  return { kind: "reconnect", ...reconnect.data };
}
