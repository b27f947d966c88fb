import { sql } from "drizzle-orm";
import type { Transaction } from "./transact.ts";

export interface Bound {
  readonly limit: number;
  /** What has the rows: who adds some close to the limit waits for others that do. */
  readonly subjectId: string;
  /** The rows that count, without the first `offset`. */
  readonly rows: (offset: number) => PromiseLike<readonly unknown[]>;
}

/** More transactions than this that add a row to the same subject are never open at once. */
export const MARGIN = 100;

/**
 * Whether there are fewer rows than the limit, so that the transaction may add one: exact also for concurrent ones. The
 * lock is one of its own, so that nothing else about the subject waits for it.
 */
export async function isFewerThan(tx: Transaction, { limit, subjectId, rows }: Bound): Promise<boolean> {
  const isClose = limit <= MARGIN || (await rows(limit - MARGIN - 1)).length > 0;
  if (!isClose) return true;
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${subjectId}, 0))`);
  return (await rows(limit - 1)).length === 0;
}
