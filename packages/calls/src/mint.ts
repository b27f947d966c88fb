import {
  callPeers,
  calls,
  callTokens,
  execute,
  hexOf,
  isFewerThan,
  MARGIN,
  statement,
  type Transaction,
} from "@radist-tech/db";
import { type AccessControl, type MintedCallToken, Refusal } from "@radist-tech/protocol";
import { and, eq, gt, isNull, sql } from "drizzle-orm";
import { SEATS } from "./call.ts";
import { seatIsTaken } from "./seats.ts";
import { freshToken } from "./tokens.ts";

/** Maximum of tokens of a call that nobody has used, by the kind of the key that minted them. */
const MAX_UNUSED = { public: 20, secret: 1_000 };

/**
 * A token for one more participant.
 *
 * @throws {Refusal} `call_not_found`, `call_private` (before anything about the state: a public key learns nothing
 *   of a private call), `call_terminated`, `peers_connected`, `too_many_tokens`
 */
export async function mintToken(
  tx: Transaction,
  options: { projectId: string; callId: string; by: "secret" | "public"; ttlSeconds: number },
): Promise<MintedCallToken> {
  const { callId, by, ttlSeconds } = options;
  const { token, hash } = freshToken();
  const byPublicKey = by === "public";
  const limit = MAX_UNUSED[by];
  const asked = { ...options, byPublicKey, hash: hexOf(hash), limit };
  const outcome = await execute(tx, MINT, asked);
  if (!outcome) throw new Refusal("call_not_found");
  if (byPublicKey && outcome.accessControl === "private") throw new Refusal("call_private");
  if (outcome.hasEnded) throw new Refusal("call_terminated");
  if (outcome.seatsTaken >= SEATS) throw new Refusal("peers_connected");
  if (outcome.isMinted) return { callToken: token };
  const isUnused = and(
    eq(callTokens.callId, callId),
    eq(callTokens.byPublicKey, byPublicKey),
    isNull(callTokens.usedAt),
    gt(callTokens.expiresAt, sql`now()`),
  );
  const mayMint = await isFewerThan(tx, {
    limit,
    subjectId: callId,
    rows: (offset) => tx.select({ one: sql`1` }).from(callTokens).where(isUnused).offset(offset).limit(1),
  });
  if (!mayMint) throw new Refusal("too_many_tokens");
  const expiresAt = sql`now() + make_interval(secs => ${ttlSeconds})`;
  await tx.insert(callTokens).values({ hash, callId, byPublicKey, expiresAt });
  return { callToken: token };
}

interface MintQuery {
  readonly projectId: string;
  readonly callId: string;
  readonly byPublicKey: boolean;
  readonly hash: string | null;
  readonly ttlSeconds: number;
  readonly limit: number;
}

interface MintOutcome {
  readonly accessControl: AccessControl;
  readonly hasEnded: boolean;
  readonly seatsTaken: number;
  readonly isMinted: boolean;
}

/** Looks at the call, and mints unless something speaks against it, or so many are unused that they must be counted. */
const MINT = statement<MintQuery, MintOutcome | undefined>(
  (input) => sql`
    with call as (
      select ${calls.accessControl} as access_control, ${calls.tombstonedAt} is not null as has_ended,
        (select count(*)::int from ${callPeers} where ${callPeers.callId} = ${calls.id} and ${seatIsTaken}) as seats_taken
      from ${calls}
      where ${calls.id} = (${input} ->> 'callId')::uuid and ${calls.projectId} = (${input} ->> 'projectId')::uuid
    ),
    minted as (
      insert into ${callTokens} (hash, call_id, by_public_key, expires_at)
      select (${input} ->> 'hash')::bytea, (${input} ->> 'callId')::uuid, (${input} ->> 'byPublicKey')::boolean,
        now() + make_interval(secs => (${input} ->> 'ttlSeconds')::float8)
      from call
      where not has_ended and seats_taken < ${sql.raw(String(SEATS))}
        and (access_control = 'public' or not (${input} ->> 'byPublicKey')::boolean)
        and (${input} ->> 'limit')::int > ${sql.raw(String(MARGIN))}
        and not exists (
          select 1 from ${callTokens} where call_id = (${input} ->> 'callId')::uuid
            and by_public_key = (${input} ->> 'byPublicKey')::boolean and used_at is null and expires_at > now()
          offset greatest(0, (${input} ->> 'limit')::int - ${sql.raw(String(MARGIN))} - 1) limit 1)
      returning 1
    )
    select json_build_object('accessControl', access_control, 'hasEnded', has_ended, 'seatsTaken', seats_taken,
      'isMinted', exists (select 1 from minted)) as output
    from call`,
);
