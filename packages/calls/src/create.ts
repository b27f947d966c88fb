import { callTokens, callTotals, countCreated, type Transaction } from "@radist-tech/db";
import { type AccessControl, type CreatedCall, newCallId, type ProjectId } from "@radist-tech/protocol";
import { currentTime } from "./load.ts";
import { saveCalls } from "./save.ts";
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
  const [first, second] = [freshToken(ttlSeconds), freshToken(ttlSeconds)];
  await Promise.all([
    saveCalls(tx, [{ before: undefined, after, facts }]),
    tx.insert(callTokens).values([first, second].map(({ stored }) => ({ ...stored, callId }))),
    countCreated(tx, callTotals, projectId),
  ]);
  return { callId, callTokens: [first.token, second.token], accessControl };
}
