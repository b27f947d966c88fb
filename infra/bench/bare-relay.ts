// The limit of a relay: `ws` with nothing around it. MODE=raw forwards bytes unread, MODE=json parses and writes anew.
import type { AddressInfo } from "node:net";
import process from "node:process";
import { type WebSocket, WebSocketServer } from "ws";

const isJson = process.env.MODE === "json";
const peers = new Map<string, WebSocket>();
const server = new WebSocketServer({
  port: 0,
  host: "127.0.0.1",
  perMessageDeflate: false,
  clientTracking: false,
});
server.on("listening", () => console.log(`listening at port ${(server.address() as AddressInfo).port}`));
server.on("connection", (socket, request) => {
  const id = new URL(request.url ?? "/", "ws://bare").searchParams.get("id") ?? "";
  const pair = id.startsWith("a") ? `b${id.slice(1)}` : `a${id.slice(1)}`;
  peers.set(id, socket);
  socket.on("close", () => peers.delete(id));
  socket.on("message", (data: Buffer) => {
    if (isJson) {
      const message = JSON.parse(data.toString("utf8")) as Record<string, unknown>;
      message.fromPeerId = id;
      peers.get(pair)?.send(JSON.stringify(message));
    } else {
      peers.get(pair)?.send(data, { binary: false });
    }
  });
});
