import { pause } from "@radist-tech/protocol/timing";
import { WebSocket } from "ws";
import { cpuSeconds } from "../figures.ts";
import type { Joined } from "./seats.ts";
import type { JoinServer } from "./servers.ts";

const PEERS = 2_000;
/** So many sockets are being opened at any time. */
const AT_ONCE = 100;
/** What comes after the answers, such as confirmations, is a part of the join; milliseconds. */
const SETTLING_MS = 500;

export interface JoinFigures {
  readonly perCpuSecond: number;
  readonly perSecond: number;
}

/** How many sockets a server process admits per second of its CPU time, and of the clock. */
export async function joins(server: JoinServer): Promise<JoinFigures> {
  const urls = await server.seats(PEERS);
  const { figures, sockets } = await measured(server, urls);
  await closeAll(sockets);
  return figures;
}

/** The same for peers that were there, lost their sockets, and return. */
export async function returns(server: JoinServer): Promise<JoinFigures> {
  const { returning } = server;
  if (!returning) throw new Error(`Nobody returns to ${server.name}.`);
  const { sockets, joined } = await measured(server, await server.seats(PEERS));
  await closeAll(sockets);
  const back = await measured(server, joined.map(returning));
  await closeAll(back.sockets);
  return back.figures;
}

async function measured(server: JoinServer, urls: readonly string[]) {
  const [cpu, startedAt] = [cpuSeconds(server.pid), performance.now()];
  const sockets: WebSocket[] = [];
  const joined: Joined[] = [];
  const waiting = urls.values();
  const work = async (): Promise<void> => {
    for (const url of waiting) {
      const opened = await open(url);
      sockets.push(opened.socket);
      joined.push(opened.joined);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const seconds = (performance.now() - startedAt) / 1_000;
  await pause(SETTLING_MS);
  const figures = {
    perCpuSecond: urls.length / (cpuSeconds(server.pid) - cpu),
    perSecond: urls.length / seconds,
  };
  return { figures, sockets, joined };
}

function open(url: string): Promise<{ socket: WebSocket; joined: Joined }> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.once("close", (code: number) => reject(new Error(`A socket was closed with ${code}.`)));
    socket.once("message", (data: Buffer) => {
      const joined = JSON.parse(data.toString()) as Joined;
      if (joined.type === "error") return reject(new Error(`A socket was refused: ${data.toString()}`));
      socket.removeAllListeners("close");
      socket.on("message", () => {});
      resolve({ socket, joined });
    });
  });
}

/** Until the server is done with them as well. */
async function closeAll(sockets: readonly WebSocket[]): Promise<void> {
  for (const socket of sockets) socket.terminate();
  await pause(SETTLING_MS);
}
