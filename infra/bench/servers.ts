import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { calls, callTokens, connect, projects } from "@radist-tech/db";
import { newCallId, newCallToken, newProjectId, newPublicKey, P2P_SOCKET_PATH } from "@radist-tech/protocol";
import { freePort, type OwnProcess, ownNats, ownPostgres, startProcess } from "@radist-tech/testkit";
import { sql } from "drizzle-orm";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

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
  const port = await freePort();
  const process_ = await start(path("bare-relay.ts"), { PORT: String(port), MODE: mode }, port);
  let count = 0;
  return {
    name: `bare ws, ${mode}`,
    process: process_,
    async pair() {
      const number = count++;
      return [`ws://127.0.0.1:${port}/?id=a${number}`, `ws://127.0.0.1:${port}/?id=b${number}`];
    },
    frame: (peerId, payload) => JSON.stringify({ type: "signal", targetPeerId: peerId, signalType: "offer", payload }),
    [Symbol.asyncDispose]: () => process_[Symbol.asyncDispose](),
  };
}

export async function signalingNode(): Promise<Contender> {
  const stack = new AsyncDisposableStack();
  const [postgres, nats, port] = [stack.use(await ownPostgres()), stack.use(await ownNats()), await freePort()];
  const connection = stack.use(await connect(postgres.url));
  await connection.migrate();
  const [projectId, publicKey] = [newProjectId(), newPublicKey()];
  await connection.db.insert(projects).values({ id: projectId, name: "bench", publicKey });
  const env = {
    DATABASE_URL: postgres.url,
    NATS_URL: nats.url,
    HOST: "127.0.0.1",
    PORT: String(port),
    MESSAGES_PER_SECOND: "1000000",
    MESSAGE_BURST: "1000000",
  };
  const process_ = stack.use(await start(path("../../services/signaling/src/main.ts"), env, port));
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
    frame: (peerId, payload) => JSON.stringify({ type: "signal", targetPeerId: peerId, signalType: "offer", payload }),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function start(main: string, env: Record<string, string>, port: number): Promise<OwnProcess> {
  const ready = main.endsWith("main.ts") ? { readyUrl: `http://127.0.0.1:${port}/readyz` } : {};
  return startProcess({ command: process.execPath, args: [main], env, ...ready });
}
