import { callTokens, callTotals, countCreated, sendAll, type Transaction } from "@radist-tech/db";
import { type AccessControl, type CreatedCall, newCallId, type ProjectId } from "@radist-tech/protocol";
import { sql } from "drizzle-orm";
import { currentTime } from "./load.ts";
import { saving } from "./save.ts";
import { create } from "./step.ts";
import { freshToken } from "./tokens.ts";

/** Creates a call, with a token for each of its two seats. */
export async function createCall(
  tx: Transaction,
  options: { readonly projectId: ProjectId; readonly accessControl: AccessControl; readonly ttlSeconds: number },
): Promise<CreatedCall> {
  const { projectId, accessControl, ttlSeconds } = options;
  const callId = newCallId();
  const { call: after, facts } = create({ callId, projectId, accessControl }, await currentTime(tx));
  const [first, second] = [freshToken(), freshToken()];
  const expiresAt = sql`now() + make_interval(secs => ${ttlSeconds})`;
  await Promise.all([
    sendAll(tx, saving([{ before: undefined, after, facts }])),
    tx.insert(callTokens).values([first, second].map(({ hash }) => ({ hash, callId, expiresAt }))),
    countCreated(tx, callTotals, projectId),
  ]);
  return { callId, callTokens: [first.token, second.token], accessControl };
}
