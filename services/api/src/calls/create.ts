import { calls, callTokens, type Transaction } from "@radist-tech/db";
import { type AccessControl, type CreatedCall, newCallId } from "@radist-tech/protocol";
import type { CallerProject } from "../auth/caller.ts";
import { freshToken } from "../auth/tokens.ts";
import { assertBelowLimit } from "../projects/connection-limit.ts";

/** @throws {Refusal} `connection_limit` */
export async function createCall(
  tx: Transaction,
  options: { project: CallerProject; accessControl: AccessControl | undefined; ttlSeconds: number },
): Promise<CreatedCall> {
  const { project, ttlSeconds } = options;
  await assertBelowLimit(tx, project);
  const callId = newCallId();
  const accessControl = options.accessControl ?? project.defaultAccessControl;
  await tx.insert(calls).values({ id: callId, projectId: project.id, accessControl });
  const [first, second] = [freshToken(ttlSeconds), freshToken(ttlSeconds)];
  await tx.insert(callTokens).values([first, second].map(({ stored }) => ({ ...stored, callId })));
  return { callId, callTokens: [first.token, second.token], accessControl };
}
