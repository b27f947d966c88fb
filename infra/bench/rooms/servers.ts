import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { rooms, roomTokens } from "@radist-tech/db";
import { newCallToken, newRoomId, ROOM_FEATURES, ROOM_SOCKET_PATH, type RoomId } from "@radist-tech/protocol";
import { reservePort } from "@radist-tech/testkit";
import { sql } from "drizzle-orm";
import { type Service, startBare, startService } from "../platform.ts";

/** Rooms on one media worker: what is measured, and what it is divided by. */
export interface RoomServer extends AsyncDisposable {
  readonly name: string;
  readonly pid: number;
  readonly workerPid: number;
  newRoom(): Promise<Room>;
}

/** Our own, with where it takes media. */
export interface SfuNode extends RoomServer {
  readonly media: { readonly address: string; readonly port: number };
}

export interface Room {
  /** URLs of so many sockets, each good for one. */
  seats(count: number): Promise<string[]>;
}

const WORKER_COMMAND = fileURLToPath(new URL("../../commands/worker.mjs", import.meta.url));

/** The worker that both sides use; fetched or built where it is missing. */
export async function workerBin(): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [WORKER_COMMAND], { env: process.env });
  return stdout.trim();
}

export async function sfuNode(worker: string, features: readonly string[] = ROOM_FEATURES): Promise<SfuNode> {
  const port = await reservePort();
  const settings = { ...mediaSettings(worker), MEDIA_PORT: String(port), MEDIA_WORKERS: "1" };
  const service = await startService("../../services/sfu/src/main.ts", settings);
  const origin = `ws://127.0.0.1:${service.port}${ROOM_SOCKET_PATH}`;
  return {
    name: "sfu",
    pid: service.process.pid,
    workerPid: childOf(service.process.pid),
    media: { address: settings.MEDIA_ANNOUNCED_ADDRESS, port },
    async newRoom() {
      const roomId = newRoomId();
      const { connection, projectId, publicKey } = service;
      await connection.db.insert(rooms).values({ id: roomId, projectId });
      return {
        async seats(count) {
          const query = (roomToken: string) =>
            new URLSearchParams({ publicKey, roomToken, features: features.join() }).toString();
          return (await mint(service, roomId, count)).map((token) => `${origin}?${query(token)}`);
        },
      };
    },
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  };
}

export async function bareRooms(worker: string): Promise<RoomServer & { readonly url: string }> {
  const bare = await startBare("rooms/bare-rooms.ts", mediaSettings(worker));
  const url = `ws://127.0.0.1:${bare.port}/`;
  let count = 0;
  return {
    name: "bare mediasoup",
    url,
    pid: bare.process.pid,
    workerPid: childOf(bare.process.pid),
    async newRoom() {
      const room = `${url}?room=${count++}`;
      return { seats: async (seats) => Array.from({ length: seats }, () => room) };
    },
    [Symbol.asyncDispose]: () => bare[Symbol.asyncDispose](),
  };
}

/**
 * An address of the network, as in production. At 127.0.0.1 the bare server, which listens at all addresses alone, would
 * answer browsers from another one, and they do not take that.
 */
function mediaSettings(worker: string) {
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const address = own.find(({ family, internal }) => family === "IPv4" && !internal)?.address ?? "127.0.0.1";
  return { MEDIASOUP_WORKER_BIN: worker, MEDIA_ANNOUNCED_ADDRESS: address };
}

async function mint({ connection }: Service, roomId: RoomId, count: number): Promise<string[]> {
  const tokens = Array.from({ length: count }, newCallToken);
  const expiresAt = sql`now() + interval '1 hour'`;
  const hash = (token: string) => createHash("sha256").update(token).digest();
  await connection.db.insert(roomTokens).values(tokens.map((token) => ({ hash: hash(token), roomId, expiresAt })));
  return tokens;
}

/** The one child of a process: a server's media worker. */
function childOf(pid: number): number {
  const parentOf = (each: string) => Number(/ \S (\d+) /.exec(readFileSync(`/proc/${each}/stat`, "latin1"))?.[1]);
  const children = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && parentOf(name) === pid);
  if (children.length !== 1) throw new Error(`The server has ${children.length} processes below it, and not one.`);
  return Number(children[0]);
}
