import { afterEach, expect, test, vi } from "vitest";
import { RadistError } from "../errors.ts";
import { ReconnectingSocket } from "./reconnecting-socket.ts";
import type { FailedEnding } from "./socket-phase.ts";
import { SocketServer } from "./socket-server.fixture.ts";
import { ANSWER_MS, ATTEMPT_MS, PROBE_MS, SILENCE_MS } from "./transitions.ts";

interface Message {
  readonly type: string;
}

interface Ending {
  readonly reason: "left" | "refused";
  readonly error?: RadistError;
}

/** A connection to this server: `hello` joins it, code 4000 refuses it for good. */
function connection(server: Pick<SocketServer, "url">, webSocketFactory = (url: string) => new WebSocket(url)) {
  const log: string[] = [];
  const endings: (Ending | FailedEnding)[] = [];
  const socket = new ReconnectingSocket<Message, Ending>({
    url: () => server.url,
    webSocketFactory,
    maxDelayMs: 20,
    judge: ({ code, refusal }) => (code === 4000 ? { reason: "refused", ...(refusal && { error: refusal }) } : "retry"),
    errorOf: ({ error }) => error ?? new RadistError("connection_closed"),
    handlers: {
      message: ({ type }, isCurrent) => {
        log.push(isCurrent ? type : `previous ${type}`);
        if (isCurrent && type === "hello") socket.joined();
      },
      state: (state) => log.push(state),
      ended: (ending) => endings.push(ending),
    },
  });
  return { socket, log, endings, [Symbol.dispose]: () => socket.end({ reason: "left" }) };
}

const greet = (server: SocketServer) => server.onAccept((socket) => socket.send({ type: "hello" }));

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** From here on only the test lets time pass for the client's timers; sockets go on as usual. */
const stopClock = () => vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });

test("joins, and joins again after a loss", async () => {
  await using server = await SocketServer.listen();
  greet(server);
  using client = connection(server);
  await client.socket.connect();
  expect([client.socket.state, client.socket.isJoined]).toEqual(["connected", true]);
  server.last.terminate();
  await expect.poll(() => client.log).toEqual(["hello", "connected", "reconnecting", "hello", "connected"]);
});

test("sends only while it is joined", async () => {
  await using server = await SocketServer.listen();
  using client = connection(server);
  expect(client.socket.send("{}")).toBe(false);
  const joined = client.socket.connect();
  await expect.poll(() => server.accepted.length).toBe(1);
  expect(client.socket.send("{}")).toBe(false);
  server.last.send({ type: "hello" });
  await joined;
  expect(client.socket.send('{"type":"question"}')).toBe(true);
  await expect.poll(() => server.last.received).toEqual([{ type: "question" }]);
});

test("a final verdict ends the connection and rejects pending joins", async () => {
  await using server = await SocketServer.listen();
  server.onAccept((socket) => {
    socket.send({ type: "refusal" });
    socket.close(4000);
  });
  using client = connection(server);
  await expect(client.socket.connect()).rejects.toMatchObject({ code: "connection_closed" });
  expect(client.endings).toEqual([{ reason: "refused" }]);
  expect(client.log).toEqual(["refusal", "closed"]);
  await expect(client.socket.connect()).rejects.toMatchObject({ code: "connection_closed" });
});

test("an error message before the close decides how the connection ends", async () => {
  await using server = await SocketServer.listen();
  greet(server);
  using client = connection(server);
  await client.socket.connect();
  const refusal = new RadistError("call_terminated");
  client.socket.refused(refusal);
  server.last.close(4000);
  await expect.poll(() => client.endings).toEqual([{ reason: "refused", error: refusal }]);
});

test("a reconnect keeps the previous socket until the new one has joined", async () => {
  await using server = await SocketServer.listen();
  greet(server);
  using client = connection(server);
  await client.socket.connect();
  server.onAccept(() => {});
  const joined = client.socket.connect();
  await expect.poll(() => server.accepted.length).toBe(2);
  const [previous, current] = server.accepted;
  previous?.send({ type: "late" });
  await expect.poll(() => client.log).toContain("previous late");
  expect(client.socket.state).toBe("reconnecting");
  current?.send({ type: "hello" });
  await joined;
  previous?.send({ type: "too late" });
  current?.send({ type: "present" });
  await expect.poll(() => client.log.at(-1)).toBe("present");
  expect(client.log).not.toContain("previous too late");
});

test("the close of the previous socket has no effect", async () => {
  await using server = await SocketServer.listen();
  greet(server);
  using client = connection(server);
  await client.socket.connect();
  server.onAccept(() => {});
  const joined = client.socket.connect();
  await expect.poll(() => server.accepted.length).toBe(2);
  server.accepted[0]?.close(4000);
  server.last.send({ type: "hello" });
  await joined;
  expect(client.endings).toEqual([]);
});

test("a nudge is answered by a working socket, and replaces a dead one", async () => {
  await using server = await SocketServer.listen();
  greet(server);
  using client = connection(server);
  await client.socket.connect();
  stopClock();
  client.socket.nudge();
  client.socket.nudge();
  await expect.poll(() => server.last.received).toEqual([{ type: "ping" }]);
  server.last.send({ type: "error" });
  await expect.poll(() => client.log).toContain("error");
  vi.advanceTimersByTime(PROBE_MS);
  expect(client.socket.state).toBe("connected");

  client.socket.nudge();
  await expect.poll(() => server.last.received.length).toBe(2);
  vi.advanceTimersByTime(PROBE_MS);
  expect(client.socket.state).toBe("reconnecting");
  await expect.poll(() => server.accepted.length).toBe(2);
  await expect.poll(() => client.socket.state).toBe("connected");
});

test("a socket that falls silent is asked, and one that does not answer is kept until another one is in", async () => {
  await using server = await SocketServer.listen();
  greet(server);
  server.onMessage((socket) => socket.send({ type: "pong" }));
  using client = connection(server);
  stopClock();
  await client.socket.connect();
  vi.advanceTimersByTime(SILENCE_MS);
  await expect.poll(() => client.log.at(-1)).toBe("pong");
  vi.advanceTimersByTime(ANSWER_MS);
  expect([client.socket.state, server.accepted.length]).toEqual(["connected", 1]);

  server.onMessage(() => {});
  vi.advanceTimersByTime(SILENCE_MS - ANSWER_MS);
  await expect.poll(() => server.last.received.length).toBe(2);
  vi.advanceTimersByTime(ANSWER_MS - 1);
  expect(server.accepted).toHaveLength(1);
  server.onAccept(() => {});
  vi.advanceTimersByTime(1);
  await expect.poll(() => server.accepted.length).toBe(2);
  const [first, second] = server.accepted;
  first?.send({ type: "late" });
  await expect.poll(() => client.log.at(-1)).toBe("previous late");
  second?.send({ type: "hello" });
  await expect.poll(() => client.socket.state).toBe("connected");
});

test("a nudge retries at once", async () => {
  await using server = await SocketServer.listen();
  greet(server);
  using client = connection(server);
  await client.socket.connect();
  stopClock();
  server.last.terminate();
  await expect.poll(() => client.socket.state).toBe("reconnecting");
  client.socket.nudge();
  await expect.poll(() => client.socket.state).toBe("connected");
});

test("a socket that is not admitted in time is given up, and a first join ends in an error", async () => {
  await using server = await SocketServer.listen();
  using client = connection(server);
  stopClock();
  const joined = client.socket.connect();
  const failure = expect(joined).rejects.toMatchObject({ code: "network_error" });
  await expect.poll(() => server.accepted.length).toBe(1);
  await vi.advanceTimersByTimeAsync(ATTEMPT_MS + 20);
  await expect.poll(() => server.accepted.length).toBe(2);
  await vi.advanceTimersByTimeAsync(ATTEMPT_MS);
  await failure;
  expect(client.endings).toMatchObject([{ reason: "failed", error: { code: "network_error" } }]);
});

test("a platform that cannot be reached is tried until it can be", async () => {
  const first = await SocketServer.listen();
  const { url } = first;
  await first[Symbol.asyncDispose]();
  const target = { url };
  using client = connection(target);
  const joined = client.socket.connect();
  await using server = await SocketServer.listen();
  greet(server);
  target.url = server.url;
  await joined;
  expect(client.log).toEqual(["hello", "connected"]);
});

test("a WebSocket that cannot be created ends the connection", async () => {
  using client = connection({ url: "no address" });
  await expect(client.socket.connect()).rejects.toMatchObject({ code: "invalid_argument" });
  expect([client.log, client.endings.length]).toEqual([["closed"], 1]);
});

test("ends within the time that it is given", async () => {
  await using server = await SocketServer.listen();
  greet(server);
  using client = connection(server);
  await client.socket.connect();
  stopClock();
  const ended = client.socket.endWithin(3_000, { reason: "left" });
  await vi.advanceTimersByTimeAsync(2_999);
  expect(client.endings).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  await ended;
  expect(client.endings).toEqual([{ reason: "left" }]);
});

test("ends as the platform says when that comes first", async () => {
  await using server = await SocketServer.listen();
  greet(server);
  using client = connection(server);
  await client.socket.connect();
  const ended = client.socket.endWithin(60_000, { reason: "left" });
  server.last.close(4000);
  await ended;
  expect(client.endings).toEqual([{ reason: "refused" }]);
});

test("messages without a type, and messages after the end, are ignored", async () => {
  await using server = await SocketServer.listen();
  greet(server);
  const sockets: WebSocket[] = [];
  using client = connection(server, (url) => {
    const socket = new WebSocket(url);
    sockets.push(socket);
    return socket;
  });
  await client.socket.connect();
  for (const data of ["no JSON", "null", "3", "{}", new ArrayBuffer(1)]) {
    sockets[0]?.dispatchEvent(new MessageEvent("message", { data }));
  }
  server.last.send({ type: "proper" });
  await expect.poll(() => client.log.at(-1)).toBe("proper");
  expect(client.log).toEqual(["hello", "connected", "proper"]);
  client.socket.end({ reason: "left" });
  sockets[0]?.dispatchEvent(new MessageEvent("message", { data: '{"type":"late"}' }));
  expect(client.log.at(-1)).toBe("closed");
});

test("is over at once, and only once", async () => {
  await using server = await SocketServer.listen();
  greet(server);
  using client = connection(server);
  await client.socket.connect();
  client.socket.end({ reason: "left" });
  client.socket.end({ reason: "refused" });
  expect([client.socket.state, client.endings]).toEqual(["closed", [{ reason: "left" }]]);
});
