import { type Connection, callPeers, callTokens, hexOf, onPrimary, query, rooms, roomTokens } from "@radist-tech/db";
import {
  type Attempt,
  type CallId,
  type CallToken,
  newPeerId,
  type PeerId,
  type ProjectId,
  Refusal,
} from "@radist-tech/protocol";
import { and, eq, inArray, isNotNull } from "drizzle-orm";
import { admit } from "./admission.ts";
import { type AdmissionContext, type Admitted, UnknownToken } from "./admission-batch.ts";
import { digest } from "./tokens.ts";

/** A peer that joined with a token. */
export interface Joined extends Admitted {
  readonly tokenHash: Uint8Array;
}

/** Who joins, and to what. */
export type JoinContext = AdmissionContext<Joined>;

interface Credentials {
  readonly callToken: CallToken;
  /** The same token with the same attempt is the same join. */
  readonly attempt?: Attempt | undefined;
}

/**
 * Uses a token up and takes a seat, both or neither; or gives the seat once more to a client that never heard of it.
 *
 * @param onPeer hears who will join, before anybody else can know of it; once for each candidate
 * @throws {Refusal} `invalid_token`, `call_terminated`, `call_full`
 * @throws {DatabaseUnavailable}
 */
export async function joinCall(
  context: JoinContext,
  { callToken, attempt }: Credentials,
  onPeer: (callId: CallId, peerId: PeerId, tokenHash?: Uint8Array) => void,
): Promise<Joined> {
  const { connection, projectId, onLate } = context;
  const [tokenHash, peerId] = [digest(callToken), newPeerId()];
  try {
    const admitted = await admit(connection, {
      context,
      credentials: {
        kind: "join",
        hash: hexOf(tokenHash),
        attemptHash: attempt === undefined ? null : hexOf(digest(attempt)),
        peerId,
      },
      onPeer: (callId, seated) => onPeer(callId, seated, seated === peerId ? tokenHash : undefined),
      onLate: (late) => onLate({ ...late, tokenHash }),
    });
    return { ...admitted, tokenHash };
  } catch (error) {
    if (error instanceof UnknownToken) throw await refusalOfUnknown(connection, projectId, tokenHash);
    throw error;
  }
}

/**
 * Whether a join was refused because the token has been used, by a peer of which nobody knows whether it still has its
 * socket.
 *
 * @throws {DatabaseUnavailable}
 */
export async function isUnanswered(connection: Connection, callToken: CallToken, error: unknown): Promise<boolean> {
  if (!(error instanceof Refusal) || error.code !== "invalid_token") return false;
  const ofPeer = and(eq(callPeers.callId, callTokens.callId), eq(callPeers.peerId, callTokens.peerId));
  const rows = await query(
    connection.db
      .select({ peerId: callPeers.peerId })
      .from(callTokens)
      .innerJoin(callPeers, ofPeer)
      .where(
        and(
          eq(callTokens.hash, digest(callToken)),
          isNotNull(callPeers.unconfirmedSince),
          inArray(callPeers.status, ["connected", "disconnected"]),
          onPrimary,
        ),
      ),
  );
  return rows.length > 0;
}

/** Somebody who has the token may know what it is for. */
async function refusalOfUnknown(connection: Connection, projectId: ProjectId, hash: Uint8Array): Promise<Refusal> {
  const [room] = await query(
    connection.db
      .select({ id: rooms.id })
      .from(roomTokens)
      .innerJoin(rooms, eq(rooms.id, roomTokens.roomId))
      .where(and(eq(roomTokens.hash, hash), eq(rooms.projectId, projectId), onPrimary)),
  );
  if (!room) return new Refusal("invalid_token");
  return new Refusal("invalid_token", "This is a room token. Join its room with it (createRoomConnection in the SDK).");
}
