import { calls, callTokens, type Transaction } from "@radist-tech/db";
import { type AccessControl, type CreatedCall, newCallId, type ProjectId } from "@radist-tech/protocol";
import { freshToken } from "./tokens.ts";

/** Creates a call, with a token for each of its two seats. */
export async function createCall(
  tx: Transaction,
  options: { readonly projectId: ProjectId; readonly accessControl: AccessControl; readonly ttlSeconds: number },
): Promise<CreatedCall> {
  const { projectId, accessControl, ttlSeconds } = options;
  const callId = newCallId();
  await tx.insert(calls).values({ id: callId, projectId, accessControl });
  const [first, second] = [freshToken(ttlSeconds), freshToken(ttlSeconds)];
  await tx.insert(callTokens).values([first, second].map(({ stored }) => ({ ...stored, callId })));
  return { callId, callTokens: [first.token, second.token], accessControl };
}
