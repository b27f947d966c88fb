import { afterEach, describe, expect, test, vi } from "vitest";
import { attemptOf } from "../../core/attempts.ts";
import { SocketServer } from "../../core/socket/socket-server.fixture.ts";
import type { RoomEnding } from "../types.ts";
import { type RoomCredentials, RoomSocket } from "./room-socket.ts";

const JOINED = { type: "room-joined", roomId: "room", peerId: "peer_a", resumeToken: "rt_1", existingPeers: [] };
const RESUMED = { type: "room-resumed", roomId: "room", peerId: "peer_a", resumeToken: "rt_2", existingPeers: [] };

type Message = SocketServer["last"]["received"][number];

/** A platform that admits everybody, and answers as the test says. */
async function platform(
  answer: (message: Message) => object | undefined = () => undefined,
  credentials: RoomCredentials = { roomToken: "ct_1" },
) {
  const server = await SocketServer.listen();
  const heard: Message[] = [];
  server.onAccept((accepted) => accepted.send(accepted.query.has("resumeToken") ? RESUMED : JOINED));
  server.onMessage((accepted, message) => {
    heard.push(message);
    const answered = answer(message);
    if (answered) accepted.send({ requestId: message.requestId, ...answered });
  });
  const reported: string[] = [];
  const endings: RoomEnding[] = [];
  const socket = new RoomSocket({
    apiBase: `${server.url.replace("ws", "http")}/api/v1`,
    publicKey: "rad_pk_1",
    credentials,
    redundantAudio: true,
    webSocketFactory: (url) => new WebSocket(url),
    handlers: {
      seated: () => {},
      message: ({ type }) => reported.push(type),
      state: (state) => reported.push(state),
      error: ({ code }) => reported.push(`error ${code}`),
      ended: (ending) => endings.push(ending),
    },
  });
  return {
    server,
    socket,
    heard,
    reported,
    endings,
    [Symbol.asyncDispose]: async () => {
      socket.end({ reason: "left" });
      await server[Symbol.asyncDispose]();
    },
  };
}

afterEach(() => {
  vi.useRealTimers();
});

test("resumes as an earlier page's participant, with transports of its own", async () => {
  await using room = await platform(undefined, { roomId: "r", peerId: "peer_1", resumeToken: "rt_0" });
  await room.socket.connect();
  expect(Object.fromEntries(room.server.last.query)).toMatchObject({ resumeToken: "rt_0", transports: "new" });
  room.server.last.terminate();
  await expect.poll(() => room.server.accepted.length).toBe(2);
  expect(room.server.last.query.has("transports")).toBe(false);
});

test("joins with its token, and matches each answer to its request", async () => {
  await using room = await platform(({ type }) =>
    type === "produce-data"
      ? { type: "data-produced", dataProducerId: "d" }
      : type === "restart-ice"
        ? { type: "error", code: "transport_not_found", message: "You have no such transport." }
        : { type: "ack" },
  );
  await room.socket.connect();
  expect(Object.fromEntries(room.server.last.query)).toEqual({
    publicKey: "rad_pk_1",
    roomToken: "ct_1",
    attempt: attemptOf("ct_1"),
    features: "presence,media,resume,data,layers,ice,red",
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
  room.server.last.send({ type: "error", code: "rate_limited", message: "Too many messages." });
  await expect.poll(() => room.reported).toEqual(["connected", "room-joined", "error rate_limited"]);
});

test("returns to its seat; earlier requests are not answered", async () => {
  await using room = await platform(({ type }) => (type === "close-consumer" ? { type: "ack" } : undefined));
  await room.socket.connect();
  const asked = room.socket.request({ type: "close-producer", producerId: "p" });
  await expect.poll(() => room.heard.length).toBe(1);
  room.server.last.terminate();
  await expect(asked).rejects.toMatchObject({ code: "network_error" });
  await expect(room.socket.request({ type: "close-producer", producerId: "p" })).rejects.toThrow();
  await expect.poll(() => room.reported).toContain("room-resumed");
  expect(Object.fromEntries(room.server.last.query)).toMatchObject({
    roomId: "room",
    peerId: "peer_a",
    resumeToken: "rt_1",
  });
  await room.socket.request({ type: "close-consumer", consumerId: "c" });
  room.server.last.terminate();
  await expect.poll(() => room.server.accepted[2]?.query.get("resumeToken")).toBe("rt_2");
});

test("requests for earlier transports are not answered after new ones on the same socket", async () => {
  await using room = await platform();
  await room.socket.connect();
  const asked = room.socket.request({ type: "close-producer", producerId: "p" });
  room.server.last.send({ ...JOINED, migrated: true });
  await expect(asked).rejects.toMatchObject({ code: "network_error" });
  expect(room.reported).toEqual(["connected", "room-joined", "room-joined"]);
});

test("sends requests in order, also those that had to wait", async () => {
  await using room = await platform(() => ({ type: "ack" }));
  await room.socket.connect();
  const ids = Array.from({ length: 160 }, (_none, index) => `c${index}`);
  await Promise.all(ids.map((consumerId) => room.socket.request({ type: "close-consumer", consumerId })));
  expect(room.heard.map((message) => message.consumerId)).toEqual(ids);
});

test("tells the platform that it leaves, and ends as the platform says", async () => {
  await using room = await platform();
  await room.socket.connect();
  const leaving = room.socket.leave();
  await expect.poll(() => room.heard).toEqual([{ type: "leave-room" }]);
  room.server.last.close(1000);
  await leaving;
  expect(room.endings).toEqual([{ reason: "left", code: 1000 }]);

  await using other = await platform();
  await other.socket.connect();
  other.server.last.send({ type: "error", code: "kicked", message: "You were removed from this room." });
  other.server.last.close(4403);
  await expect.poll(() => other.endings).toMatchObject([{ reason: "kicked", code: 4403 }]);
});

describe("leaving", () => {
  test("a platform that does not answer takes no longer than three seconds", async () => {
    await using room = await platform();
    await room.socket.connect();
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const left = room.socket.leave();
    await vi.advanceTimersByTimeAsync(2_999);
    expect(room.endings).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    await left;
    expect(room.endings).toEqual([{ reason: "left" }]);
  });

  test("without a socket is over at once", async () => {
    await using room = await platform();
    await room.socket.leave();
    await room.socket.leave();
    expect([room.endings, room.socket.state]).toEqual([[{ reason: "left" }], "closed"]);
  });

  test("goes ahead of requests that wait for their turn", async () => {
    await using room = await platform();
    await room.socket.connect();
    const waiting = Array.from({ length: 200 }, (_none, index) =>
      room.socket.request({ type: "close-consumer", consumerId: `c${index}` }),
    );
    const lost = Promise.allSettled(waiting);
    expect(room.socket.sendLeave()).toBe(true);
    await expect.poll(() => room.heard.findIndex(({ type }) => type === "leave-room")).toBeGreaterThan(0);
    expect(room.heard.length).toBeLessThan(200);
    room.socket.end({ reason: "left" });
    for (const result of await lost) expect(result).toMatchObject({ reason: { code: "network_error" } });
  });
});

describe("an error that answers no request", () => {
  test("is ignored when it answers a probe", async () => {
    await using room = await platform(({ type }) =>
      type === "ping"
        ? { type: "error", code: "unsupported_message", message: "Unknown message type." }
        : { type: "ack" },
    );
    await room.socket.connect();
    room.socket.nudge();
    await expect.poll(() => room.heard.map(({ type }) => type)).toEqual(["ping"]);
    await room.socket.request({ type: "close-consumer", consumerId: "c" });
    expect(room.reported).toEqual(["connected", "room-joined"]);
  });

  test("before the join is what the join rejects with", async () => {
    await using room = await platform();
    room.server.onAccept((accepted) => {
      accepted.send({ type: "error", code: "room_full", message: "All seats are taken." });
      accepted.close(4409);
    });
    await expect(room.socket.connect()).rejects.toMatchObject({ code: "room_full", message: "All seats are taken." });
    expect(room.endings).toMatchObject([{ reason: "failed", code: 4409 }]);
  });
});

test("messages of the previous socket are ignored", async () => {
  await using room = await platform();
  await room.socket.connect();
  room.server.onAccept(() => {});
  const joined = room.socket.connect();
  await expect.poll(() => room.server.accepted.length).toBe(2);
  room.server.accepted[0]?.send({ type: "peer-joined", peerId: "bob" });
  room.server.accepted[0]?.send(JOINED);
  room.server.last.send({ type: "peer-joined", peerId: "eve" });
  room.server.last.send(RESUMED);
  await joined;
  expect(room.reported).toEqual([
    "connected",
    "room-joined",
    "reconnecting",
    "peer-joined",
    "connected",
    "room-resumed",
  ]);
});

test("without a resume token the next socket tries the room token again", async () => {
  await using room = await platform();
  room.server.onAccept((accepted) => accepted.send({ ...JOINED, resumeToken: undefined }));
  await room.socket.connect();
  room.server.last.terminate();
  await expect.poll(() => room.server.accepted[1]?.query.get("roomToken")).toBe("ct_1");
});

test("what a late answer created is closed again, since nobody waits for it", async () => {
  await using room = await platform(() => ({ type: "ack" }));
  await room.socket.connect();
  room.server.last.send({ type: "produced", producerId: "late", requestId: "given up" });
  await vi.waitFor(() => expect(room.heard).toMatchObject([{ type: "close-producer", producerId: "late" }]));
});

test("reports a failure only to a platform that takes reports", async () => {
  await using room = await platform();
  await room.socket.connect();
  room.socket.reportFailure("server_unreachable");
  room.server.onAccept((accepted) => accepted.send({ ...RESUMED, accepts: ["ice-failure"] }));
  room.server.last.terminate();
  await expect.poll(() => room.socket.state).toBe("connected");
  await expect.poll(() => room.server.accepted.length).toBe(2);
  await expect.poll(() => room.reported).toContain("room-resumed");
  room.socket.reportFailure("turn_refused");
  await expect.poll(() => room.heard).toEqual([{ type: "ice-failure", reason: "turn_refused" }]);
});
