import { newCallToken } from "@radist-tech/protocol";
import { sql } from "drizzle-orm";
import { startService } from "../platform.ts";
import { startBareTokenServer } from "./bare-server.ts";
import { digest, type Joined, returnUrl, seatUrls } from "./seats.ts";

/** A server process that sockets join by tokens. */
export interface JoinServer extends AsyncDisposable {
  readonly name: string;
  readonly pid: number;
  /** URLs of sockets, each good for one join; two of each call. */
  seats(count: number): Promise<readonly string[]>;
  /** The URL with which a peer returns that was answered so. */
  readonly returning?: (joined: Joined) => string;
}

export async function signalingJoins(settings: Readonly<Record<string, string>> = {}): Promise<JoinServer> {
  const service = await startService("../../services/signaling/src/main.ts", settings);
  const { connection, projectId, publicKey, port } = service;
  const at = { publicKey, port };
  return {
    name: "signaling",
    pid: service.process.pid,
    seats: (count) => seatUrls(connection, { projectId, ...at }, count),
    returning: (joined) => returnUrl(at, joined),
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  };
}

export async function bareRedeem(): Promise<JoinServer> {
  const bare = await startBareTokenServer("bare-redeem.ts");
  return {
    name: "bare ws with one statement",
    pid: bare.pid,
    async seats(count) {
      const tokens = Array.from({ length: count }, newCallToken);
      const hashes = sql.param(tokens.map((token) => digest(token).toString("hex")));
      await bare.db.execute(sql`insert into tokens (hash, call_id, expires_at)
        select decode(hash, 'hex'), gen_random_uuid(), now() + interval '1 hour' from unnest(${hashes}::text[]) as hash`);
      return tokens.map((token) => `ws://127.0.0.1:${bare.port}/?callToken=${token}`);
    },
    [Symbol.asyncDispose]: () => bare[Symbol.asyncDispose](),
  };
}
