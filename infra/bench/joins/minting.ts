import { createHash } from "node:crypto";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { calls, secretKeys } from "@radist-tech/db";
import { newCallId, newSecretKey } from "@radist-tech/protocol";
import { cpuSeconds } from "../figures.ts";
import { measurePairs, printRatio } from "../pairs.ts";
import { startService } from "../platform.ts";
import { startBareTokenServer } from "./bare-server.ts";

const MINTS = 4_000;
const AT_ONCE = 64;
/** Fewer than a call may have unused. */
const PER_CALL = 100;

interface Mint extends AsyncDisposable {
  readonly name: string;
  readonly pid: number;
  readonly headers: Readonly<Record<string, string>>;
  /** URLs of requests for a token each. */
  urls(count: number): Promise<readonly string[]>;
}

/** How many tokens a server process mints per second of its CPU time. */
export async function minting(): Promise<void> {
  await using api = await apiMint();
  await using bare = await bareMint();
  await measurePairs(
    () => mints(api),
    () => mints(bare),
    1,
  );
  const pairs = await measurePairs(
    () => mints(api),
    () => mints(bare),
  );
  printRatio("Tokens minted per CPU-second", bare.name, pairs, { atLeast: 0.8 });
}

async function apiMint(): Promise<Mint> {
  const service = await startService("../../services/api/src/main.ts", {
    RADIST_ADMIN_TOKEN: "admin-token-of-the-bench",
  });
  const { connection, projectId, port } = service;
  const key = newSecretKey();
  const hash = createHash("sha256").update(key).digest();
  await connection.db.insert(secretKeys).values({ id: crypto.randomUUID(), projectId, name: "bench", hash });
  return {
    name: "api",
    pid: service.process.pid,
    headers: { authorization: `Bearer ${key}` },
    async urls(count) {
      const ids = Array.from({ length: Math.ceil(count / PER_CALL) }, newCallId);
      await connection.db.insert(calls).values(ids.map((id) => ({ id, projectId, accessControl: "public" as const })));
      const origin = `http://127.0.0.1:${port}/api/v1/projects/${projectId}/calls`;
      return Array.from({ length: count }, (_, index) => `${origin}/${ids[index % ids.length]}/tokens`);
    },
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  };
}

async function bareMint(): Promise<Mint> {
  const bare = await startBareTokenServer("bare-mint.ts");
  return {
    name: "bare Hono with one INSERT",
    pid: bare.pid,
    headers: {},
    async urls(count) {
      return Array.from({ length: count }, () => `http://127.0.0.1:${bare.port}/calls/${newCallId()}/tokens`);
    },
    [Symbol.asyncDispose]: () => bare[Symbol.asyncDispose](),
  };
}

async function mints(server: Mint): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const waiting = (await server.urls(MINTS)).values();
  const cpu = cpuSeconds(server.pid);
  const work = async (): Promise<void> => {
    for (const url of waiting) await post(url, server.headers, agent);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const figure = MINTS / (cpuSeconds(server.pid) - cpu);
  agent.destroy();
  return figure;
}

async function post(url: string, headers: Readonly<Record<string, string>>, agent: Agent): Promise<void> {
  const sent = request(url, { method: "POST", headers: { ...headers, "content-length": "0" }, agent });
  sent.end();
  const [response] = (await once(sent, "response")) as [import("node:http").IncomingMessage];
  response.resume();
  await once(response, "end");
  if (response.statusCode !== 200) throw new Error(`A token was refused with ${response.statusCode}.`);
}
