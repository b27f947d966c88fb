// The limit of a room: mediasoup on one worker with nothing around it, driven by the messages of a room as they come.
import type { AddressInfo } from "node:net";
import process from "node:process";
import type { RoomClientMessage } from "@radist-tech/protocol";
import type { types } from "mediasoup";
import { type WebSocket, WebSocketServer } from "ws";
import { form } from "./bare-forming.ts";
import { type BarePeer, openPeer, openRouter, openWorker } from "./bare-media.ts";
import type { Formation } from "./formation.ts";

const media = await openWorker();
const rooms = new Map<string, Promise<types.Router>>();

const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
server.on("listening", () => console.log(`listening at port ${(server.address() as AddressInfo).port}`));
server.on("connection", (socket, request) => {
  const room = new URL(request.url ?? "/", "ws://bare").searchParams.get("room");
  if (room !== null) report(enter(socket, room));
  else socket.on("message", (data: Buffer) => report(formed(socket, JSON.parse(data.toString()) as Formation)));
});

async function formed(socket: WebSocket, formation: Formation): Promise<void> {
  socket.send(JSON.stringify(await form(media, formation)));
}

async function enter(socket: WebSocket, name: string): Promise<void> {
  const opening = rooms.get(name) ?? openRouter(media);
  rooms.set(name, opening);
  const router = await opening;
  const peer = await openPeer(media, router);
  const [sendTransport, recvTransport] = [parameters(peer.send), parameters(peer.recv)];
  const routerRtpCapabilities = router.rtpCapabilities;
  socket.send(JSON.stringify({ type: "room-joined", sendTransport, recvTransport, routerRtpCapabilities }));
  socket.on("message", (data: Buffer) =>
    report(answer(socket, router, peer, JSON.parse(data.toString()) as RoomClientMessage)),
  );
  socket.on("close", () => {
    peer.send.close();
    peer.recv.close();
  });
}

async function answer(
  socket: WebSocket,
  router: types.Router,
  peer: BarePeer,
  message: RoomClientMessage,
): Promise<void> {
  const reply = await handle(router, peer, message);
  socket.send(JSON.stringify({ ...reply, requestId: message.requestId }));
}

async function handle({ rtpCapabilities }: types.Router, { send, recv }: BarePeer, message: RoomClientMessage) {
  switch (message.type) {
    case "connect-transport": {
      const transport = message.transportId === send.id ? send : recv;
      await transport.connect({ dtlsParameters: message.dtlsParameters as types.DtlsParameters });
      return { type: "transport-connected", transportId: transport.id };
    }
    case "produce": {
      const { kind, rtpParameters } = message;
      const { id } = await send.produce({ kind, rtpParameters: rtpParameters as types.RtpParameters });
      return { type: "produced", producerId: id, kind };
    }
    case "consume": {
      const { producerId } = message;
      const capabilities = (message.rtpCapabilities ?? rtpCapabilities) as types.RtpCapabilities;
      const { id, kind, rtpParameters } = await recv.consume({
        producerId,
        rtpCapabilities: capabilities,
        paused: false,
      });
      return { type: "consumer-parameters", consumerId: id, producerId, kind, rtpParameters };
    }
    default:
      throw new Error(`${message.type} is not what is measured.`);
  }
}

const parameters = ({ id, iceParameters, iceCandidates, dtlsParameters, sctpParameters }: types.WebRtcTransport) => ({
  id,
  iceParameters,
  iceCandidates,
  dtlsParameters,
  sctpParameters,
});

/** Without this process there is nothing to divide by. */
function report(work: Promise<void>): void {
  work.catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
}
