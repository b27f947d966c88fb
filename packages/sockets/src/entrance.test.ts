import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Connection, connect, projects } from "@radist-tech/db";
import { newNodeId, newProjectId, newPublicKey } from "@radist-tech/protocol";
import { authConfig, createLogger, holdLease, type Lease } from "@radist-tech/runtime";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import { z } from "zod";
import { Entrance } from "./entrance.ts";

const logger = createLogger({ name: "entrance", level: "silent" });
const publicKey = newPublicKey();

let connection: Connection;
let lease: Lease;
beforeAll(async () => {
  connection = await connect("pglite:memory");
  await connection.migrate();
  await connection.db.insert(projects).values({ id: newProjectId(), name: "test", publicKey });
  const onLapse = () => Promise.resolve();
  lease = holdLease({ connection, nodeId: newNodeId(), service: "test", logger, onLapse, onSuperseded() {} });
  await vi.waitUntil(() => lease.holds(), { timeout: 60_000, interval: 10 });
});
afterAll(async () => {
  await lease.close();
  await connection.close();
});

/** An entrance that admits each socket when the test says so. */
async function entranceOf() {
  const admissions: (() => void)[] = [];
  const refusals: string[] = [];
  let changed = Promise.withResolvers<void>();
  const entrance = new Entrance({
    connection,
    lease,
    logger,
    settings: { ...z.object(authConfig).parse({}), TRUSTED_PROXIES: 0 },
    onClient: () => {},
    onRefusal: (code) => refusals.push(code),
    read: () => ({ publicKey }),
    screen: async (requests) => requests.map(() => undefined),
    admit: () =>
      new Promise<void>((resolve) => {
        admissions.push(resolve);
        changed.resolve();
      }),
  });
  const server = createServer().on("upgrade", (...upgrade) => entrance.accept(...upgrade));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const sockets: WebSocket[] = [];
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  /** Resolves when the socket waits to be admitted. */
  const knock = async () => {
    changed = Promise.withResolvers();
    const socket = new WebSocket(url);
    sockets.push(socket);
    const codes: string[] = [];
    socket.on("message", (data: Buffer) => codes.push(JSON.parse(data.toString()).code));
    const closed = once(socket, "close").then(([code]: number[]) => ({ code, codes }));
    await Promise.all([changed.promise, once(socket, "open")]);
    return { socket, closed, admit: admissions.at(-1) ?? (() => {}) };
  };
  return {
    entrance,
    refusals,
    knock,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const ELSEWHERE = { code: 1012, codes: ["unavailable"] };

test("who is admitted while the entrance closes is sent elsewhere at once; who still waits at the deadline is then", async () => {
  await using door = await entranceOf();
  const stuck = await door.knock();
  const late = await door.knock();
  const deadline = new AbortController();
  let isClosed = false;
  const closed = door.entrance.close(deadline.signal).then(() => {
    isClosed = true;
  });
  late.admit();
  expect(await late.closed).toEqual(ELSEWHERE);
  expect([isClosed, stuck.socket.readyState]).toEqual([false, WebSocket.OPEN]);
  deadline.abort();
  await closed;
  expect(await stuck.closed).toEqual(ELSEWHERE);
  expect(door.refusals).toEqual(["unavailable", "unavailable"]);
  // Closing it once more waits for nobody.
  await door.entrance.close(new AbortController().signal);
  stuck.admit();
});
