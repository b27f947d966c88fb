import type { P2PClientMessage } from "@radist-tech/protocol";
import { afterEach, expect, test, vi } from "vitest";
import { attemptOf } from "../core/attempts.ts";
import { SocketServer } from "../core/socket/socket-server.fixture.ts";
import { SignalingSocket } from "./signaling-socket.ts";
import type { Ending } from "./types.ts";
import { socketUrl } from "./urls.ts";

const AT = "2026-05-05T10:30:00.000Z";

const call = (...peerIds: string[]) => ({
  callId: "call",
  createdAt: AT,
  updatedAt: AT,
  peers: peerIds.map((peerId) => ({ peerId, status: "connected", updatedAt: AT })),
});
const joined = (...others: string[]) => ({
  type: "call_joined",
  callId: "call",
  peerId: "peer_a",
  reconnectToken: "rt_1",
  call: call("peer_a", ...others),
});
const signal = (targetPeerId: string, payload: number) =>
  ({ type: "signal", targetPeerId, signalType: "offer", payload }) as P2PClientMessage;

function client(server: SocketServer) {
  const log: string[] = [];
  const endings: Ending[] = [];
  const socket = new SignalingSocket({
    credentials: { callToken: "ct_1" },
    url: (credentials) => socketUrl(server.url.replace("ws", "http"), "rad_pk_1", credentials),
    webSocketFactory: (url) => new WebSocket(url),
    handlers: {
      seated: () => {},
      message: ({ type }) => log.push(type),
      state: (state) => log.push(state),
      error: ({ code }) => log.push(`error ${code}`),
      overflow: () => log.push("overflow"),
      ended: (ending) => endings.push(ending),
    },
  });
  return { socket, log, endings };
}

/** A joined client, on a server that admits every socket and answers `leave`. */
async function connected(server: SocketServer, ...others: string[]) {
  server.onAccept((socket) => {
    const isBack = socket.query.has("reconnectToken");
    socket.send({ ...joined(...others), ...(isBack && { type: "call_reconnected", reconnectToken: "rt_2" }) });
  });
  server.onMessage((socket, { type }) => {
    if (type === "leave")
      socket.send({ type: "call_left", callId: "call", peerId: "peer_a", reason: "left", call: call() });
  });
  const connection = client(server);
  await connection.socket.connect();
  return connection;
}

/** Breaks the socket, and admits no other one until the returned function is called. */
async function outage(server: SocketServer, socket: SignalingSocket): Promise<() => void> {
  const sockets = server.accepted.length;
  server.onAccept(() => {});
  server.last.terminate();
  await expect.poll(() => server.accepted.length).toBe(sockets + 1);
  expect(socket.state).toBe("reconnecting");
  return () => server.last.send({ ...joined("peer_b"), type: "call_reconnected" });
}

afterEach(() => {
  vi.useRealTimers();
});

test("joins with its token, and reconnects with the credentials that it was given", async () => {
  await using server = await SocketServer.listen();
  const { socket, log } = await connected(server);
  expect(Object.fromEntries(server.last.query)).toEqual({
    publicKey: "rad_pk_1",
    features: "ice",
    callToken: "ct_1",
    attempt: attemptOf("ct_1"),
  });
  expect(socket.resumeState).toEqual({ callId: "call", peerId: "peer_a", reconnectToken: "rt_1" });
  server.last.terminate();
  await expect.poll(() => log).toEqual(["connected", "call_joined", "reconnecting", "connected", "call_reconnected"]);
  expect(Object.fromEntries(server.last.query)).toEqual({
    publicKey: "rad_pk_1",
    features: "ice",
    callId: "call",
    peerId: "peer_a",
    reconnectToken: "rt_1",
  });
  expect(socket.resumeState?.reconnectToken).toBe("rt_2");
  await socket.leave();
});

test("keeps the token of a platform that does not rotate it", async () => {
  await using server = await SocketServer.listen();
  const { socket } = await connected(server);
  server.last.send({ ...joined(), type: "call_reconnected", reconnectToken: undefined });
  server.last.send({ type: "peer_joined", callId: "call", peerId: "peer_b", call: call("peer_a", "peer_b") });
  await expect.poll(() => socket.resumeState?.reconnectToken).toBe("rt_1");
  await socket.leave();
});

test("signals are sent in order after an outage, and only to peers that are still present", async () => {
  await using server = await SocketServer.listen();
  const { socket } = await connected(server, "peer_b");
  const admit = await outage(server, socket);
  for (const message of [signal("peer_b", 1), signal("peer_gone", 2), signal("peer_b", 3)]) socket.send(message);
  admit();
  await expect.poll(() => server.last.received).toEqual([signal("peer_b", 1), signal("peer_b", 3)]);
  await socket.leave();
});

test("too many signals during an outage are an overflow, and none of them is sent", async () => {
  await using server = await SocketServer.listen();
  const { socket, log } = await connected(server, "peer_b");
  const admit = await outage(server, socket);
  for (let count = 0; count <= 256; count++) socket.send(signal("peer_b", count));
  expect(log).toContain("overflow");
  admit();
  await expect.poll(() => socket.state).toBe("connected");
  socket.send(signal("peer_b", 1_000));
  await expect.poll(() => server.last.received).toEqual([signal("peer_b", 1_000)]);
  await socket.leave();
});

test("the previous socket still delivers signals, and nothing else", async () => {
  await using server = await SocketServer.listen();
  const { socket, log } = await connected(server, "peer_b");
  server.onAccept(() => {});
  const back = socket.connect();
  await expect.poll(() => server.accepted.length).toBe(2);
  const [previous] = server.accepted;
  previous?.send({ type: "peer_left", callId: "call", peerId: "peer_b", reason: "left", call: call("peer_a") });
  previous?.send({ type: "error", code: "invalid_message", message: "Invalid message." });
  previous?.send({ type: "signal", callId: "call", fromPeerId: "peer_b", signalType: "offer", payload: {} });
  await expect.poll(() => log.at(-1)).toBe("signal");
  expect(log).toEqual(["connected", "call_joined", "reconnecting", "signal"]);
  server.last.send({ ...joined("peer_b"), type: "call_reconnected" });
  await back;
  await socket.leave();
});

test.each([
  ["concerns one message", "peer_not_connected", ["error peer_not_connected"], []],
  ["is the answer to a probe", "unsupported_message", [], []],
  ["comes before a close", "call_terminated", [], [{ reason: "terminated", error: { code: "call_terminated" } }]],
])("an error that %s", async (_, code, errors, endings) => {
  await using server = await SocketServer.listen();
  const connection = await connected(server);
  server.last.send({ type: "error", code, message: "Words." });
  server.last.send({ type: "peer_joined", callId: "call", peerId: "peer_b", call: call("peer_a", "peer_b") });
  await expect.poll(() => connection.log).toContain("peer_joined");
  expect(connection.log.filter((entry) => entry.startsWith("error"))).toEqual(errors);
  if (endings.length > 0) server.last.close(4410);
  await expect.poll(() => connection.endings).toMatchObject(endings);
  await connection.socket.leave();
});

test("the join rejects with an error that came before it", async () => {
  await using server = await SocketServer.listen();
  server.onAccept((socket) => {
    socket.send({ type: "error", code: "invalid_token", message: "Used.", requestId: "r1" });
    socket.close(4401);
  });
  const { socket, endings } = client(server);
  await expect(socket.connect()).rejects.toMatchObject({ code: "invalid_token", message: "Used.", requestId: "r1" });
  expect(endings).toMatchObject([{ reason: "failed", error: { code: "invalid_token" } }]);
});

test("a call that ended during an outage is terminated", async () => {
  await using server = await SocketServer.listen();
  const { socket, endings } = await connected(server);
  server.onAccept((accepted) => accepted.close(4410));
  server.last.terminate();
  await expect.poll(() => endings).toMatchObject([{ reason: "terminated", error: { code: "call_terminated" } }]);
  await expect(socket.connect()).rejects.toMatchObject({ code: "call_terminated" });
});

test("tells the platform that it leaves, and ends with the platform's reason", async () => {
  await using server = await SocketServer.listen();
  const { socket, endings } = await connected(server);
  await socket.leave();
  expect(server.last.received).toEqual([{ type: "leave" }]);
  expect(endings).toEqual([{ reason: "left" }]);
  await socket.leave();
  socket.send(signal("peer_b", 1));
  await expect(socket.connect()).rejects.toMatchObject({ code: "connection_closed" });
});

test("leaves a platform that does not answer, or cannot be reached", async () => {
  await using server = await SocketServer.listen();
  const silent = await connected(server);
  server.onMessage(() => {});
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const left = silent.socket.leave();
  await vi.advanceTimersByTimeAsync(3_000);
  await left;
  expect(silent.endings).toEqual([{ reason: "left" }]);

  vi.useRealTimers();
  const away = await connected(server);
  await outage(server, away.socket);
  await away.socket.leave();
  expect(away.endings).toEqual([{ reason: "left" }]);
});

test("is closed by the platform when another page takes over", async () => {
  await using server = await SocketServer.listen();
  const { endings } = await connected(server);
  server.last.close(4409);
  await expect.poll(() => endings).toEqual([{ reason: "superseded" }]);
});

test("reports a failure only to a platform that takes reports, and only while it is joined", async () => {
  await using server = await SocketServer.listen();
  const { socket } = await connected(server);
  socket.reportFailure("no_relay");
  await outage(server, socket);
  server.last.send({ ...joined(), type: "call_reconnected", accepts: ["telepathy", "ice-failure"] });
  await expect.poll(() => socket.state).toBe("connected");
  socket.reportFailure("udp_blocked");
  const { received } = server.last;
  await expect.poll(() => received).toContainEqual({ type: "ice-failure", reason: "udp_blocked" });
  expect(server.accepted[0]?.received).toEqual([]);
  // An earlier release has taken the node's place.
  const back = await outage(server, socket);
  socket.reportFailure("path_lost");
  back();
  await expect.poll(() => socket.state).toBe("connected");
  socket.reportFailure("path_lost");
  await socket.leave();
  expect(server.last.received.map(({ type }) => type)).toEqual(["leave"]);
});
