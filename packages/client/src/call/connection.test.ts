import { expect, test, vi } from "vitest";
import { RadistClient } from "../client.ts";
import { SocketServer } from "../core/socket/socket-server.fixture.ts";

const AT = "2026-05-05T10:30:00.000Z";
const call = { callId: "call", createdAt: AT, updatedAt: AT, peers: [] };

/** A connection to a server that admits every socket and answers `leave`. */
async function connected(server: SocketServer) {
  server.onAccept((socket) => {
    socket.send({ type: "call_joined", callId: "call", peerId: "peer_a", reconnectToken: "rt_1", call });
  });
  server.onMessage((socket, { type }) => {
    if (type === "leave") socket.send({ type: "call_left", callId: "call", peerId: "peer_a", reason: "left", call });
  });
  const radist = new RadistClient({ publicKey: "rad_pk_1", webSocketFactory: () => new WebSocket(server.url) });
  return radist.createConnection({ callToken: "ct_1", channels: ["audio", "video", "data"], localStream: silent() });
}

// Node has no streams.
vi.stubGlobal("MediaStream", class extends EventTarget {});
const silent = () => Object.assign(new EventTarget(), { getTracks: () => [] }) as unknown as MediaStream;

test("after leave(), methods say that this side has left", async () => {
  await using server = await SocketServer.listen();
  const connection = await connected(server);
  await connection.leave();
  const left = { code: "connection_closed", message: expect.stringContaining("this side has left") };
  for (const method of [
    () => connection.send("late"),
    () => connection.reconnect(),
    () => connection.replaceTrack("audio", null),
    () => connection.shareScreen(),
    async () => connection.setMicrophone(false),
    async () => connection.setCamera(false),
  ]) {
    await expect(method()).rejects.toMatchObject(left);
  }
  await expect(connection.leave()).resolves.toBeUndefined();
});
