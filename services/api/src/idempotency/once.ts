import { type Connection, idempotentAnswers, type Transaction, transact } from "@radist-tech/db";
import { Refusal } from "@radist-tech/protocol";
import { and, eq, sql } from "drizzle-orm";
import type { Caller } from "../auth/caller.ts";
import { sha256 } from "../auth/digest.ts";
import type { Exchange } from "../http/env.ts";
import { seal, unseal } from "./seal.ts";

/** A request whose credential has been accepted. */
type CallerExchange = Exchange & { readonly get: (name: "caller") => Caller };

/** A request that carries an Idempotency-Key. */
interface KeyedRequest {
  readonly caller: Caller;
  readonly idempotencyKey: string;
  /** What a repeat must have in common with the first one: method, path and body. */
  readonly hash: Uint8Array;
}

/** The outcome of a creation. */
export interface Outcome<Answer> {
  readonly answer: Answer;
  /** Nothing was created: this is the answer of an earlier request. */
  readonly isReplay: boolean;
}

/**
 * Runs `work` in a transaction. With an Idempotency-Key its answer is stored in the same transaction, and a repeat of
 * the request gets that answer; a concurrent twin waits for it.
 *
 * @param onLate receives what was created after the caller had been told to try again, unless an Idempotency-Key still
 *   leads to it
 * @throws {Refusal} `idempotency_key_reused` when the key belongs to another request, or what `work` throws
 */
export async function once<Answer>(
  context: CallerExchange,
  connection: Connection,
  work: (tx: Transaction) => Promise<Answer>,
  onLate: (answer: Answer) => void = () => {},
): Promise<Outcome<Answer>> {
  const request = await keyedRequest(context);
  if (!request) return { answer: await transact(connection, work, { onLate }), isReplay: false };
  const outcome = await transact(connection, async (tx) => {
    if (!(await claim(tx, request))) return { answer: await replay<Answer>(tx, request), isReplay: true };
    const fresh = await work(tx);
    await keep(tx, request, fresh);
    return { answer: fresh, isReplay: false };
  });
  if (outcome.isReplay) context.header("idempotency-replayed", "true");
  return outcome;
}

async function keyedRequest(context: CallerExchange): Promise<KeyedRequest | undefined> {
  const idempotencyKey = context.req.header("idempotency-key");
  if (idempotencyKey === undefined) return undefined;
  const { method, path } = context.req;
  const hash = sha256(`${method} ${path}\n${await context.req.text()}`);
  return { caller: context.get("caller"), idempotencyKey, hash };
}

/** The key itself is part of the secret that seals the answer, so the row is found by its digest. */
const keyDigest = (request: KeyedRequest): string => Buffer.from(sha256(request.idempotencyKey)).toString("base64url");

const sameKey = (request: KeyedRequest) =>
  and(eq(idempotentAnswers.scope, request.caller.scope), eq(idempotentAnswers.key, keyDigest(request)));

/** Claims the key for this transaction; waits for another one that is claiming it. False: it already has an answer. */
async function claim(tx: Transaction, request: KeyedRequest): Promise<boolean> {
  const claimed = { requestHash: request.hash, sealedAnswer: new Uint8Array() };
  const rows = await tx
    .insert(idempotentAnswers)
    .values({ scope: request.caller.scope, key: keyDigest(request), ...claimed })
    .onConflictDoUpdate({
      target: [idempotentAnswers.scope, idempotentAnswers.key],
      set: { ...claimed, createdAt: sql`now()` },
      setWhere: sql`${idempotentAnswers.createdAt} < now() - interval '24 hours'`,
    })
    .returning({ key: idempotentAnswers.key });
  return rows.length > 0;
}

async function keep(tx: Transaction, request: KeyedRequest, answer: unknown): Promise<void> {
  const sealedAnswer = seal(JSON.stringify(answer), sealingSecret(request), request.hash);
  await tx.update(idempotentAnswers).set({ sealedAnswer }).where(sameKey(request));
}

async function replay<Answer>(tx: Transaction, request: KeyedRequest): Promise<Answer> {
  const [row] = await tx
    .select({ hash: idempotentAnswers.requestHash, sealedAnswer: idempotentAnswers.sealedAnswer })
    .from(idempotentAnswers)
    .where(sameKey(request));
  // Deleted between the two statements, because it had just become too old.
  if (!row) throw new Refusal("idempotency_in_progress");
  if (Buffer.compare(row.hash, request.hash) !== 0) throw new Refusal("idempotency_key_reused");
  const answer = unseal(row.sealedAnswer, sealingSecret(request), request.hash);
  if (answer === undefined) throw new Refusal("idempotency_key_reused");
  return JSON.parse(answer) as Answer;
}

const sealingSecret = ({ caller, idempotencyKey }: KeyedRequest) => ({ credential: caller.credential, idempotencyKey });
