import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);

/** Runs `docker compose …` on this repository's stack and resolves to what it printed. */
export async function compose(...args: string[]): Promise<string> {
  const { stdout } = await run("docker", ["compose", ...args], { cwd: ROOT });
  return stdout.trim();
}

/** Where the gateway is published on this machine. */
export async function gatewayOrigin(): Promise<string> {
  const port = (await compose("port", "gateway", "8080")).split(":").at(-1);
  return `http://localhost:${port}`;
}

/** Whose socket is where, as Postgres knows it: peer id → signaling node. A peer without a socket is absent. */
export async function seats(callId: string): Promise<Map<string, string>> {
  const rows = await ask(
    `select peer_id, node_id from call_peers where call_id = '${callId}' and status = 'connected'`,
  );
  return new Map(
    rows
      .split("\n")
      .filter(Boolean)
      .map((row) => row.split("|") as [string, string]),
  );
}

/** The sfu node that has a room; empty while none has. */
export const homeOf = (roomId: string): Promise<string> =>
  ask(`select coalesce(home_node_id, '') from rooms where id = '${roomId}'`);

const ask = (query: string): Promise<string> =>
  compose("exec", "-T", "postgres", "psql", "-U", "radist", "-d", "radist", "-At", "-c", query);
