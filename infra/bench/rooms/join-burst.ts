import { once } from "node:events";
import { WebSocket } from "ws";
import { cpuSeconds } from "../figures.ts";
import { type Formation, type Formed, voice } from "./formation.ts";
import { RoomClient } from "./room-client.ts";
import type { RoomServer } from "./servers.ts";

/** So many join at once: a room's places are taken one after the other, and who waits too long is refused. */
const JOINING = 20;

/** Forms a room by sockets. */
export async function formBySockets(server: RoomServer, { peers: count, producers }: Formation): Promise<Formed> {
  const urls = await (await server.newRoom()).seats(count);
  const startedAt = performance.now();
  const peers: RoomClient[] = [];
  for (let from = 0; from < count; from += JOINING) {
    peers.push(...(await Promise.all(urls.slice(from, from + JOINING).map((url) => RoomClient.join(url)))));
  }
  const [joinedAt, cpu] = [performance.now(), cpuSeconds(server.pid)];
  const produced = await Promise.all(
    peers
      .slice(0, producers)
      .map((peer, index) => peer.ask({ type: "produce", kind: "audio", rtpParameters: voice(index + 1) }, "produced")),
  );
  await Promise.all(
    peers.flatMap((peer, index) =>
      produced
        .filter((_producer, owner) => owner !== index)
        .map(({ producerId }, position) => {
          // Capabilities that were sent once need not be sent again.
          const rtpCapabilities = position === 0 ? peer.joined.routerRtpCapabilities : undefined;
          return peer.ask({ type: "consume", producerId, rtpCapabilities }, "consumer-parameters");
        }),
    ),
  );
  const formed = {
    joiningMs: joinedAt - startedAt,
    connectingMs: performance.now() - joinedAt,
    connectingCpuMs: (cpuSeconds(server.pid) - cpu) * 1_000,
  };
  await Promise.all(peers.map((peer) => peer.leave()));
  return formed;
}

/** Has a bare server form a room by calls of its own. */
export async function formByCalls(url: string, formation: Formation): Promise<Formed> {
  const socket = new WebSocket(url);
  await once(socket, "open");
  socket.send(JSON.stringify(formation));
  const [data] = (await once(socket, "message")) as [Buffer];
  socket.terminate();
  return JSON.parse(data.toString()) as Formed;
}
