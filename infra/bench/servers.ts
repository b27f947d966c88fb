import { createHash } from "node:crypto";
import { calls, callTokens } from "@radist-tech/db";
import { newCallId, newCallToken, P2P_SOCKET_PATH } from "@radist-tech/protocol";
import type { OwnProcess } from "@radist-tech/testkit";
import { sql } from "drizzle-orm";
import { startBare, startService } from "./platform.ts";

/** Pairs of sockets on one server process: what is measured, and what it is divided by. */
export interface Contender extends AsyncDisposable {
  readonly name: string;
  readonly process: OwnProcess;
  /** URLs of the two sockets of a pair. */
  pair(): Promise<readonly [string, string]>;
  /** The frame that brings `payload` to the other one of the pair. */
  frame(peerId: string, payload: unknown): string;
}

export async function bareRelay(mode: "raw" | "json"): Promise<Contender> {
  const bare = await startBare("bare-relay.ts", { MODE: mode });
  const { process: process_, port } = bare;
  let count = 0;
  return {
    name: `bare ws, ${mode}`,
    process: process_,
    async pair() {
      const number = count++;
      return [`ws://127.0.0.1:${port}/?id=a${number}`, `ws://127.0.0.1:${port}/?id=b${number}`];
    },
    frame,
    [Symbol.asyncDispose]: () => bare[Symbol.asyncDispose](),
  };
}

export async function signalingNode(): Promise<Contender> {
  const service = await startService("../../services/signaling/src/main.ts");
  const { process: process_, port, connection, projectId, publicKey } = service;
  return {
    name: "signaling",
    process: process_,
    async pair() {
      const callId = newCallId();
      const tokens = [newCallToken(), newCallToken()];
      await connection.db.insert(calls).values({ id: callId, projectId, accessControl: "public" });
      await connection.db.insert(callTokens).values(
        tokens.map((token) => ({
          hash: createHash("sha256").update(token).digest(),
          callId,
          expiresAt: sql`now() + interval '1 hour'`,
        })),
      );
      const url = `ws://127.0.0.1:${port}${P2P_SOCKET_PATH}?publicKey=${publicKey}&callToken=`;
      return [url + tokens[0], url + tokens[1]];
    },
    frame,
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  };
}

const frame = (peerId: string, payload: unknown): string =>
  JSON.stringify({ type: "signal", targetPeerId: peerId, signalType: "offer", payload });
