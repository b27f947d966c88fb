import { createHash } from "node:crypto";
import { type Connection, calls, callTokens } from "@radist-tech/db";
import { newCallId, newCallToken, P2P_SOCKET_PATH, type ProjectId, type PublicKey } from "@radist-tech/protocol";
import { sql } from "drizzle-orm";

/** What a server says to a socket that joined, as far as this is needed. */
export interface Joined {
  readonly type: string;
  readonly callId: string;
  readonly peerId: string;
  readonly reconnectToken: string;
}

interface At {
  readonly publicKey: PublicKey;
  readonly port: number;
}

const origin = ({ publicKey, port }: At): string => `ws://127.0.0.1:${port}${P2P_SOCKET_PATH}?publicKey=${publicKey}`;

/** So many rows of tokens in one statement: each has several parameters. */
const ROWS = 5_000;

/** URLs of sockets at a signaling node, each good for one join; two of each call. */
export async function seatUrls(
  { db }: Connection,
  { projectId, ...at }: At & { readonly projectId: ProjectId },
  count: number,
): Promise<readonly string[]> {
  const callIds = Array.from({ length: Math.ceil(count / 2) }, newCallId);
  const tokens = callIds.flatMap((callId) => [newCallToken(), newCallToken()].map((token) => ({ token, callId })));
  await db.insert(calls).values(callIds.map((id) => ({ id, projectId, accessControl: "public" as const })));
  for (let from = 0; from < tokens.length; from += ROWS) {
    const rows = tokens.slice(from, from + ROWS).map(({ token, callId }) => ({
      hash: digest(token),
      callId,
      expiresAt: sql`now() + interval '1 hour'`,
    }));
    await db.insert(callTokens).values(rows);
  }
  return tokens.slice(0, count).map(({ token }) => `${origin(at)}&callToken=${token}`);
}

/** With which a peer returns that was answered so. */
export const returnUrl = (at: At, { callId, peerId, reconnectToken }: Joined): string =>
  `${origin(at)}&callId=${callId}&peerId=${peerId}&reconnectToken=${reconnectToken}`;

export const digest = (token: string): Buffer => createHash("sha256").update(token).digest();
