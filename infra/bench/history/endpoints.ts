import { once } from "node:events";
import { P2P_SOCKET_PATH, ROOM_SOCKET_PATH } from "@radist-tech/protocol";
import { WebSocket } from "ws";
import { quantile, spread } from "../figures.ts";
import type { Answer, Platform } from "./planes.ts";

const ROUNDS = 8;
const CYCLES = 15;
const GOAL = 1.2;

type Times = Map<string, number[]>;

/** How long each request and each join takes for a caller, in turns beside little and much. */
export async function benchEndpoints(...platforms: readonly [Platform, Platform]): Promise<void> {
  const sides = platforms.map((platform) => ({ platform, times: new Map() as Times }));
  // What is loaded with the first requests counts for nobody.
  for (const { platform } of sides) await cycle(platform, new Map());
  for (let round = 0; round < ROUNDS; round++) {
    for (const { platform, times } of round % 2 === 0 ? sides : sides.toReversed()) {
      for (let count = 0; count < CYCLES; count++) await cycle(platform, times);
    }
  }
  const [few, many] = sides.map(({ times }) => times);
  const columns = ["median", "p95", "median", "p95", "ratios"].map((name) => name.padStart(10)).join("");
  console.log(`\n${"for a caller, ms".padEnd(32)}${columns}`);
  for (const [name, values] of many ?? []) {
    const figures = [few?.get(name) ?? [], values].map((times) => [spread(times).median, quantile(times, 0.95)]);
    const [[median = 0, p95 = 0] = [], [medianBeside = 0, p95Beside = 0] = []] = figures;
    const ratio = p95Beside / p95;
    const numbers = [median, p95, medianBeside, p95Beside].map((ms) => ms.toFixed(1).padStart(10)).join("");
    const missed = ratio > GOAL ? `  p95 over ${GOAL}` : "";
    console.log(
      `${name.padEnd(32)}${numbers}${(medianBeside / median).toFixed(2).padStart(10)} ${ratio.toFixed(2)}${missed}`,
    );
  }
}

/** Everything that a backend, a browser and an operator ask, once. */
async function cycle(platform: Platform, times: Times): Promise<void> {
  const { history, secretKey } = platform;
  const project = `/projects/${history.projectId}`;
  const timed = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const begunAt = performance.now();
    const result = await work();
    const all = times.get(name) ?? [];
    times.set(name, all);
    all.push(performance.now() - begunAt);
    return result;
  };
  const asks = (name: string, method: string, path: string, bearer?: string, json?: object): Promise<Answer["body"]> =>
    timed(name, async () => {
      const { status, body } = await platform.ask(method, path, bearer, json);
      if (status >= 300) throw new Error(`${name} was answered ${status}: ${JSON.stringify(body)}`);
      return body;
    });
  const own = (name: string, method: string, path: string, json?: object) =>
    asks(name, method, project + path, secretKey, json);

  const call = await own("POST call", "POST", "/calls");
  const callPath = `/calls/${String(call.callId)}`;
  await own("POST call token", "POST", `${callPath}/tokens`);
  const { callToken } = await asks("POST call token (browser)", "POST", `/p2p${callPath}/token`, history.publicKey);
  await using _callSocket = await timed("join call", () =>
    join(platform, "signaling", P2P_SOCKET_PATH, { callToken: String(callToken) }),
  );
  await own("GET call", "GET", callPath);
  await own("GET call of the history", "GET", `/calls/${history.callId}`);
  const page = await own("GET calls", "GET", "/calls?limit=20");
  if (typeof page.cursor === "string")
    await own("GET calls, next page", "GET", `/calls?limit=20&cursor=${page.cursor}`);
  await own("DELETE call", "DELETE", callPath);

  const room = await own("POST room", "POST", "/rooms", {});
  const roomPath = `/rooms/${String(room.roomId)}`;
  const { roomToken } = await own("POST room token", "POST", `${roomPath}/tokens`, {});
  await using roomSocket = await timed("join room", () =>
    join(platform, "sfu", ROOM_SOCKET_PATH, { roomToken: String(roomToken), features: "presence,resume" }),
  );
  await own("GET room", "GET", roomPath);
  await own("GET rooms", "GET", "/rooms?limit=20");
  await own("DELETE participant", "DELETE", `${roomPath}/participants/${roomSocket.peerId}`);
  await own("DELETE room", "DELETE", roomPath);

  for (const interval of ["hour", "day"])
    await own(`GET usage by the ${interval}`, "GET", `/usage?interval=${interval}`);
  await own("GET events", "GET", "/events?limit=20");
  await asks("GET projects", "GET", "/projects");
  await asks("GET keys", "GET", `${project}/keys`);
  await asks("PATCH project", "PATCH", project, undefined, { name: "history" });
  const created = await asks("POST project", "POST", "/projects", undefined, { name: "bench" });
  const createdPath = `/projects/${String(created.projectId)}`;
  const key = await asks("POST key", "POST", `${createdPath}/keys`, undefined, { name: "bench" });
  await asks("DELETE key", "DELETE", `${createdPath}/keys/${String(key.keyId)}`);
  await asks("DELETE project", "DELETE", createdPath);
}

/** Opens a socket; resolves with the first message. */
async function join(
  platform: Platform,
  service: "signaling" | "sfu",
  path: string,
  query: Record<string, string>,
): Promise<{ readonly peerId: string } & AsyncDisposable> {
  const origin = platform.url(service).replace("http", "ws");
  const parameters = new URLSearchParams({ publicKey: platform.history.publicKey, ...query });
  const socket = new WebSocket(`${origin}${path}?${parameters.toString()}`);
  const [data] = await once(socket, "message");
  const message = JSON.parse(String(data)) as { type: string; peerId?: string };
  if (!message.peerId) throw new Error(`A socket was refused: ${JSON.stringify(message)}`);
  return {
    peerId: message.peerId,
    async [Symbol.asyncDispose]() {
      if (socket.readyState === WebSocket.CLOSED) return;
      socket.close();
      await once(socket, "close");
    },
  };
}
