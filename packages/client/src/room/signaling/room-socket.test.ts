import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { WebSocketServer } from "ws";
import type { RoomEnding } from "../types.ts";
import { RoomSocket } from "./room-socket.ts";

const JOINED = { type: "room-joined", roomId: "room", peerId: "peer_a", resumeToken: "rt_1", existingPeers: [] };
const RESUMED = { type: "room-resumed", roomId: "room", peerId: "peer_a", resumeToken: "rt_2", existingPeers: [] };

/** A platform that admits everybody, and answers as the test says. */
async function platform(answer: (message: { type: string; requestId?: string }) => object | undefined) {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  const queries: URLSearchParams[] = [];
  const heard: { type: string; requestId?: string }[] = [];
  server.on("connection", (socket, { url }) => {
    const query = new URL(url ?? "", "ws://any").searchParams;
    queries.push(query);
    socket.send(JSON.stringify(query.has("resumeToken") ? RESUMED : JOINED));
    socket.on("message", (data: Buffer) => {
      const message = JSON.parse(data.toString());
      heard.push(message);
      const answered = answer(message);
      if (answered) socket.send(JSON.stringify({ requestId: message.requestId, ...answered }));
    });
  });
  const reported: string[] = [];
  const endings: RoomEnding[] = [];
  const socket = new RoomSocket({
    apiBase: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`,
    publicKey: "rad_pk_1",
    roomToken: "ct_1",
    redundantAudio: true,
    webSocketFactory: (url) => new WebSocket(url),
    handlers: {
      message: ({ type }) => reported.push(type),
      state: (state) => reported.push(state),
      error: ({ code }) => reported.push(`error ${code}`),
      ended: (ending) => endings.push(ending),
    },
  });
  return {
    server,
    socket,
    queries,
    heard,
    reported,
    endings,
    say: (message: object) => {
      for (const client of server.clients) client.send(JSON.stringify(message));
    },
    [Symbol.asyncDispose]: async () => {
      socket.end({ reason: "left" });
      for (const client of server.clients) client.terminate();
      server.close();
      await once(server, "close");
    },
  };
}

test("joins with its token, and matches each answer to its request", async () => {
  await using room = await platform(({ type }) =>
    type === "produce-data"
      ? { type: "data-produced", dataProducerId: "d" }
      : type === "restart-ice"
        ? { type: "error", code: "transport_not_found", message: "You have no such transport." }
        : { type: "ack" },
  );
  await room.socket.connect();
  expect(Object.fromEntries(room.queries[0] ?? [])).toEqual({
    publicKey: "rad_pk_1",
    roomToken: "ct_1",
    features: "presence,media,resume,data,layers,levels,red",
  });
  const sctpStreamParameters = { streamId: 0, ordered: true };
  const [produced, restarted, closed] = await Promise.allSettled([
    room.socket.request({ type: "produce-data", sctpStreamParameters }),
    room.socket.request({ type: "restart-ice", transportId: "t" }),
    room.socket.request({ type: "close-producer", producerId: "p" }),
  ]);
  expect(produced).toMatchObject({ value: { dataProducerId: "d" } });
  expect(restarted).toMatchObject({ reason: { code: "transport_not_found" } });
  expect(closed).toMatchObject({ status: "fulfilled" });
  room.say({ type: "error", code: "rate_limited", message: "Too many messages." });
  await expect.poll(() => room.reported).toEqual(["connected", "room-joined", "error rate_limited"]);
});

test("returns to its seat; earlier requests are not answered", async () => {
  await using room = await platform(({ type }) => (type === "close-consumer" ? { type: "ack" } : undefined));
  await room.socket.connect();
  const asked = room.socket.request({ type: "close-producer", producerId: "p" });
  await expect.poll(() => room.heard.length).toBe(1);
  for (const client of room.server.clients) client.terminate();
  await expect(asked).rejects.toMatchObject({ code: "network_error" });
  await expect(room.socket.request({ type: "close-producer", producerId: "p" })).rejects.toThrow();
  await expect.poll(() => room.reported).toContain("room-resumed");
  expect(Object.fromEntries(room.queries[1] ?? [])).toMatchObject({
    roomId: "room",
    peerId: "peer_a",
    resumeToken: "rt_1",
  });
  await room.socket.request({ type: "close-consumer", consumerId: "c" });
  for (const client of room.server.clients) client.terminate();
  await expect.poll(() => room.queries[2]?.get("resumeToken")).toBe("rt_2");
});

test("requests for earlier transports are not answered after new ones on the same socket", async () => {
  await using room = await platform(() => undefined);
  await room.socket.connect();
  const asked = room.socket.request({ type: "close-producer", producerId: "p" });
  room.say({ ...JOINED, migrated: true });
  await expect(asked).rejects.toMatchObject({ code: "network_error" });
  expect(room.reported).toEqual(["connected", "room-joined", "room-joined"]);
});

test("sends requests in order, also those that had to wait", async () => {
  await using room = await platform(() => ({ type: "ack" }));
  await room.socket.connect();
  const ids = Array.from({ length: 160 }, (_none, index) => `c${index}`);
  await Promise.all(ids.map((consumerId) => room.socket.request({ type: "close-consumer", consumerId })));
  expect(room.heard.map((message) => (message as unknown as { consumerId: string }).consumerId)).toEqual(ids);
});

test("tells the platform that it leaves, and ends as the platform says", async () => {
  await using room = await platform(() => undefined);
  await room.socket.connect();
  const leaving = room.socket.leave();
  await expect.poll(() => room.heard).toEqual([{ type: "leave-room" }]);
  for (const client of room.server.clients) client.close(1000, "left");
  await leaving;
  expect(room.endings).toEqual([{ reason: "left", code: 1000 }]);

  await using other = await platform(() => undefined);
  await other.socket.connect();
  other.say({ type: "error", code: "kicked", message: "You were removed from this room." });
  for (const client of other.server.clients) client.close(4403, "kicked");
  await expect.poll(() => other.endings).toMatchObject([{ reason: "kicked", code: 4403 }]);
});
