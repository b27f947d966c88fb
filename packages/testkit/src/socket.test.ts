import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { connectSocket } from "./socket.ts";

type Handler = (socket: WebSocket, headers: Record<string, unknown>) => void;

async function serve(handler: Handler): Promise<{ url: string } & AsyncDisposable> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  server.on("connection", (socket, request) => handler(socket, request.headers));
  await once(server, "listening");
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const client of server.clients) client.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const echo: Handler = (socket) => socket.on("message", (data, binary) => socket.send(data, { binary }));

test("messages sent before anybody asks are kept in order", async () => {
  await using server = await serve((socket) => {
    for (const type of ["a", "b", "a"]) socket.send(JSON.stringify({ type }));
  });
  await using alice = await connectSocket(server.url);
  expect(await alice.next("b")).toEqual({ type: "b" });
  expect(await alice.next()).toEqual({ type: "a" });
  expect(await alice.next()).toEqual({ type: "a" });
  expect(alice.messages.map(({ type }) => type)).toEqual(["a", "b", "a"]);
});

test("objects go as JSON, strings as they stand", async () => {
  await using server = await serve(echo);
  await using alice = await connectSocket(server.url);
  alice.send({ type: "one", n: 1 });
  alice.send('{ "type" : "two" }');
  await alice.next("two");
  expect(alice.texts).toEqual(['{"type":"one","n":1}', '{ "type" : "two" }']);
});

test("headers reach the server", async () => {
  await using server = await serve((socket, headers) => socket.send(JSON.stringify({ type: "headers", ...headers })));
  await using alice = await connectSocket(server.url, { headers: { origin: "https://example.org" } });
  expect(await alice.next("headers")).toMatchObject({ origin: "https://example.org" });
});

test("waiting ends with what arrived, when time is up", async () => {
  await using server = await serve((socket) => socket.send('{"type":"hello"}'));
  await using alice = await connectSocket(server.url);
  await expect(alice.next("goodbye", 50)).rejects.toThrow(/Waited for goodbye.*within 50 ms.*"hello"/s);
});

test("waiting ends at once when the socket closes", async () => {
  await using server = await serve((socket) => socket.close(4401, "no entry"));
  await using alice = await connectSocket(server.url);
  await expect(alice.next("hello")).rejects.toThrow(/closed with 4401 \(no entry\)/);
  expect(await alice.closed).toEqual({ code: 4401, reason: "no entry" });
});

test("a message that arrives before the close can still be taken after it", async () => {
  await using server = await serve((socket) => {
    socket.send('{"type":"error"}');
    socket.close(4400);
  });
  await using alice = await connectSocket(server.url);
  await alice.closed;
  expect(await alice.next("error")).toEqual({ type: "error" });
});

test("a binary frame is reported, since the protocol has none", async () => {
  await using server = await serve(echo);
  await using alice = await connectSocket(server.url);
  alice.send(Buffer.from([1, 2, 3]));
  await expect(alice.next()).rejects.toThrow(/binary frame/);
});

test("a cut connection shows as 1006", async () => {
  await using server = await serve(echo);
  await using alice = await connectSocket(server.url);
  alice.terminate();
  expect(await alice.closed).toEqual({ code: 1006, reason: "" });
});

test("nobody at the address is an error, not a wait", async () => {
  await expect(connectSocket("ws://127.0.0.1:1")).rejects.toThrow(/ECONNREFUSED/);
});
