import {
  type Connection,
  endWith,
  execute,
  hexOf,
  roomTokens,
  rowsOf,
  statement,
  type Transaction,
  transact,
} from "@radist-tech/db";
import {
  type DuplicateIdentity,
  newReconnectToken,
  type Participant,
  type PeerId,
  type ProjectId,
  type ReconnectToken,
  type RoomId,
} from "@radist-tech/protocol";
import { freshSession, type LedgerNode, opening, reopening } from "@radist-tech/usage";
import { and, eq, isNotNull, sql } from "drizzle-orm";
import { digest } from "./digest.ts";
import type { HomeClaim } from "./homes.ts";
import type { SeatChange } from "./seats/event.ts";
import { change } from "./store/advance.ts";
import { loadRooms, participantOf } from "./store/load.ts";
import { storing } from "./store/store.ts";

export interface Admitted {
  readonly peerId: PeerId;
  readonly participant: Participant;
  /** Proves this peer when it comes back. */
  readonly resumeToken: ReconnectToken;
}

export interface JoinOptions {
  readonly projectId: ProjectId;
  /** A fresh one. */
  readonly peerId: PeerId;
  readonly tokenHash: Uint8Array;
  /** Of the attempt that the client named: the same token with the same attempt is the same join. */
  readonly attemptHash: Uint8Array | null;
  readonly canResume: boolean;
  readonly node: LedgerNode;
  /** Whether this home still has a peer's media: its session in the ledger then goes on. */
  readonly isLive: (peerId: PeerId) => boolean;
  /** Called when the seat was taken after the caller had given up. */
  readonly onLate: (late: Joined) => void;
}

export interface Joined extends Admitted {
  /** The token had seated the peer before, under this id, and the answer was lost. */
  readonly isAgain: boolean;
  readonly evicted: readonly Evicted[];
}

/** A peer that lost its seat to a join: `expired`, it had not been confirmed; `superseded`, they have one identity. */
export interface Evicted {
  readonly peerId: PeerId;
  readonly reason: "expired" | "superseded";
}

/** How long, from the first use of a token, the same attempt is the same join, milliseconds. */
export const ATTEMPT_MS = 30_000;

/**
 * Uses a token up and takes a seat, both or neither; or gives the seat once more to a client that never heard of it.
 *
 * @throws {Refusal} `invalid_token`, `room_terminated`, `room_full`
 * @throws {Fenced} | {DatabaseUnavailable}
 */
export function takeSeat(connection: Connection, claim: HomeClaim, options: JoinOptions): Promise<Joined> {
  const { projectId, peerId, canResume, node, onLate } = options;
  const { roomId, epoch } = claim;
  const resumeToken = newReconnectToken();
  const resumeDigest = canResume ? digest(resumeToken) : null;
  const take = async (tx: Transaction): Promise<Joined> => {
    const [[loaded], token] = await Promise.all([
      loadRooms(tx, [roomId], { seats: { joinedBy: options.tokenHash } }),
      useToken(tx, roomId, options),
    ]);
    const again = token ? undefined : await takeAgain(tx, claim, options, resumeToken);
    if (again) return again;
    const { participant, duplicateIdentity = "allow" } = token ?? {};
    const joined = change(loaded, {
      type: "join",
      under: epoch,
      projectId,
      peerId,
      participant,
      duplicateIdentity,
      resumeDigest,
    });
    if (!loaded || !joined || !participant) throw new Error("A join changes the room, or is refused.");
    const identity = participant.identity ?? null;
    const session = freshSession({ projectId, kind: "room", subjectId: roomId, peerId, identity }, node);
    await endWith(tx, [...storing([{ ...loaded, change: joined }]), ...opening([session])]);
    return { peerId, participant, resumeToken, isAgain: false, evicted: evictedBy(joined) };
  };
  return transact(connection, take, { onLate });
}

const evictedBy = ({ facts }: SeatChange): Evicted[] =>
  facts.flatMap((fact) => {
    if (fact.type !== "room.participant_left") return [];
    const { peerId, reason } = fact.data;
    return reason === "expired" || reason === "superseded" ? [{ peerId, reason }] : [];
  });

/** The same join once more: same peer, and a resume token beside the one that may never have arrived. */
async function takeAgain(
  tx: Transaction,
  { roomId, epoch }: HomeClaim,
  { projectId, tokenHash, attemptHash, node, isLive }: JoinOptions,
  resumeToken: ReconnectToken,
): Promise<Joined | undefined> {
  const isSameAttempt = sql<boolean>`coalesce(${roomTokens.attemptHash} = ${attemptHash}::bytea
    and ${roomTokens.usedAt} > now() - ${ATTEMPT_MS} * interval '1 millisecond', false)`;
  const [used] = await tx
    .select({ peerId: roomTokens.peerId, isSameAttempt })
    .from(roomTokens)
    .where(and(eq(roomTokens.hash, tokenHash), eq(roomTokens.roomId, roomId), isNotNull(roomTokens.usedAt)));
  if (!used || used.peerId === null) return undefined;
  const peerId = used.peerId as PeerId;
  const [loaded] = await loadRooms(tx, [roomId], { seats: [peerId] });
  const rejoined = change(loaded, {
    type: "rejoin",
    under: epoch,
    projectId,
    peerId,
    isSameAttempt: used.isSameAttempt,
    freshDigest: digest(resumeToken),
  });
  const seat = rejoined?.room.seats.get(peerId);
  if (!loaded || !rejoined || !seat) throw new Error("A join changes the room, or is refused.");
  const { participant } = seat;
  const identity = participant.identity ?? null;
  await endWith(tx, [
    ...storing([{ ...loaded, change: rejoined }]),
    ...(isLive(peerId) ? [] : reopening({ projectId, kind: "room", subjectId: roomId, peerId, identity }, node)),
  ]);
  return { peerId, participant, resumeToken, isAgain: true, evicted: [] };
}

/** @returns what the token says; nothing when it cannot be used, or was used before */
async function useToken(
  tx: Transaction,
  roomId: RoomId,
  { tokenHash, peerId, attemptHash }: JoinOptions,
): Promise<{ participant: Participant; duplicateIdentity: DuplicateIdentity } | undefined> {
  const input = { hash: hexOf(tokenHash), roomId, peerId, attemptHash: hexOf(attemptHash) };
  const used = await execute(tx, USE_TOKEN, input);
  if (!used) return undefined;
  const token = tokenRows.decode(used);
  return { participant: participantOf(token), duplicateIdentity: token.duplicateIdentity };
}

const tokenRows = rowsOf(roomTokens);

const USE_TOKEN = statement<Readonly<Record<string, unknown>>, unknown>(
  (input) => sql`
    with used as (
      update ${roomTokens} set used_at = now(), peer_id = ${input} ->> 'peerId',
        attempt_hash = (${input} ->> 'attemptHash')::bytea
      where hash = (${input} ->> 'hash')::bytea and room_id = (${input} ->> 'roomId')::uuid
        and used_at is null and expires_at > now()
      returning *
    )
    select ${tokenRows.json} as output from used as ${roomTokens}`,
);
