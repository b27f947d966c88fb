import { Attempt, PublicKey, Refusal, RoomJoinQuery, RoomResumeQuery } from "@radist-tech/protocol";
import { readQuery } from "@radist-tech/sockets";
import type { z } from "zod";

/** What a room socket asks for by its URL. */
export type RoomRequest =
  | ({ readonly kind: "join" } & z.infer<typeof RoomJoinQuery>)
  | ({ readonly kind: "resume" } & z.infer<typeof RoomResumeQuery>);

const RESUME = ["roomId", "peerId", "resumeToken"] as const;

/**
 * Reads the query of a room URL.
 *
 * @throws {Refusal} `invalid_connection_request` for the wrong set of parameters, `unauthorized`, `invalid_token` and
 *   `invalid_reconnect` for parameters that cannot be what they should be
 */
export function readRoomRequest(url: string): RoomRequest {
  const query = readQuery(url);
  const wantsJoin = query.roomToken !== undefined;
  const given = RESUME.filter((name) => query[name] !== undefined);
  if (wantsJoin === given.length > 0 || (!wantsJoin && given.length < RESUME.length)) {
    throw new Refusal("invalid_connection_request", "Provide either roomToken or the full resume payload.");
  }
  if (!PublicKey.safeParse(query.publicKey).success) throw new Refusal("unauthorized");
  if (wantsJoin) {
    if (query.attempt !== undefined && !Attempt.safeParse(query.attempt).success) {
      throw new Refusal("invalid_connection_request", "An attempt is 22 to 64 characters of A-Z, a-z, 0-9, - and _.");
    }
    const join = RoomJoinQuery.safeParse(query);
    if (!join.success) throw new Refusal("invalid_token", "Invalid or already consumed room token.");
    return { kind: "join", ...join.data };
  }
  const resume = RoomResumeQuery.safeParse(query);
  if (!resume.success) throw new Refusal("invalid_reconnect", "Invalid or expired resume token.");
  return { kind: "resume", ...resume.data };
}
