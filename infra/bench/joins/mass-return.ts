import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { callPeers, connect, projects } from "@radist-tech/db";
import { newProjectId, newPublicKey } from "@radist-tech/protocol";
import { backoffMs, pause } from "@radist-tech/protocol/timing";
import { ownNats, ownPostgres, startService } from "@radist-tech/testkit";
import { ne, sql } from "drizzle-orm";
import { WebSocket } from "ws";
import { quantile } from "../figures.ts";
import { printFigure } from "../pairs.ts";
import { type Joined, returnUrl, seatUrls } from "./seats.ts";

const PEERS = 5_000;
/** As the SDK does it. */
const BACKOFF = { firstMs: 250, longestMs: 10_000 };
const GOAL_MS = 5_000;
/** How many open sockets at once, before the node is killed. */
const AT_ONCE = 100;
/** A heartbeat of a node, after which nothing of the dead one may be left. */
const HEARTBEAT_MS = 10_000;
const MAIN = fileURLToPath(new URL("../../../services/signaling/src/main.ts", import.meta.url));

/** Everybody is on one node of two, which is killed: how long until all are back on the other one, and what was lost. */
export async function massReturn(): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const [postgres, nats] = [stack.use(await ownPostgres()), stack.use(await ownNats())];
  const connection = stack.use(await connect(postgres.url));
  await connection.migrate();
  const [projectId, publicKey] = [newProjectId(), newPublicKey()];
  await connection.db.insert(projects).values({ id: projectId, name: "bench", publicKey });
  const env = { DATABASE_URL: postgres.url, NATS_URL: nats.url };
  const doomed = stack.use(await startService({ main: MAIN, env }));
  const other = stack.use(await startService({ main: MAIN, env }));
  const waiting = (await seatUrls(connection, { projectId, publicKey, port: doomed.port }, PEERS)).values();
  const peers: { socket: WebSocket; joined: Joined }[] = [];
  const enter = async (): Promise<void> => {
    for (const url of waiting) {
      const socket = new WebSocket(url, { perMessageDeflate: false });
      const [data] = (await once(socket, "message")) as [Buffer];
      peers.push({ socket, joined: JSON.parse(data.toString()) as Joined });
      socket.on("message", () => {}).on("error", () => {});
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, enter));

  let refused = 0;
  const back: WebSocket[] = [];
  const returns = peers.map(async ({ socket, joined }) => {
    await once(socket, "close");
    for (let attempt = 0; ; attempt++) {
      await pause(backoffMs(attempt, BACKOFF));
      const next = await reopened(returnUrl({ publicKey, port: other.port }, joined));
      if (next) {
        back.push(next);
        return performance.now();
      }
      refused++;
    }
  });
  const killedAt = performance.now();
  doomed.process.signal("SIGKILL");
  const times = (await Promise.all(returns)).map((at) => at - killedAt);
  printFigure(`${PEERS} peers of a killed node back, ms: half of them`, [quantile(times, 0.5)], "ms");
  printFigure(`${PEERS} peers of a killed node back, ms: all of them`, [Math.max(...times)], "ms", { atMost: GOAL_MS });
  printFigure("  Refused on the way", [refused], "", { atMost: 0 });
  await pause(HEARTBEAT_MS);
  const [row] = await connection.db
    .select({ ghosts: sql<number>`count(*)::int` })
    .from(callPeers)
    .where(ne(callPeers.status, "connected"));
  const closed = back.filter(({ readyState }) => readyState !== WebSocket.OPEN).length;
  printFigure(
    "  Ghosts one heartbeat later, and peers that lost their sockets again",
    [(row?.ghosts ?? 0) + closed],
    "",
    {
      atMost: 0,
    },
  );
  for (const socket of back) socket.terminate();
}

/** @returns nothing when it was refused, or not let in */
function reopened(url: string): Promise<WebSocket | undefined> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  return new Promise((resolve) => {
    socket.on("error", () => resolve(undefined));
    socket.once("close", () => resolve(undefined));
    socket.once("message", (data: Buffer) => {
      const { type } = JSON.parse(data.toString()) as { type: string };
      resolve(type === "call_reconnected" ? socket : undefined);
    });
  });
}
