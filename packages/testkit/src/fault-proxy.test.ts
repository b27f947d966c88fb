import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { faultProxy } from "./fault-proxy.ts";

const echo = createServer((socket) => {
  socket.on("error", () => {});
  socket.pipe(socket);
});
let target: number;
beforeAll(async () => {
  echo.listen(0, "127.0.0.1");
  await once(echo, "listening");
  target = (echo.address() as AddressInfo).port;
});
afterAll(() => void echo.close());

async function open(port: number): Promise<Socket> {
  const socket = connect({ host: "127.0.0.1", port });
  await once(socket, "connect");
  return socket;
}

async function echoes(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  const [answer] = (await once(socket, "data")) as [Buffer];
  return answer.toString();
}

test("it forwards both ways", async () => {
  await using proxy = await faultProxy(target);
  const socket = await open(proxy.port);
  expect(await echoes(socket, "hello")).toBe("hello");
  expect(proxy).toMatchObject({ connections: 1, accepted: 1 });
  socket.end();
  await once(socket, "close");
});

test("a frozen connection stays open and says nothing, while a new one works", async () => {
  await using proxy = await faultProxy(target);
  const old = await open(proxy.port);
  expect(await echoes(old, "before")).toBe("before");
  proxy.freeze();
  let heard = false;
  old.on("data", () => {
    heard = true;
  });
  old.write("lost");
  const fresh = await open(proxy.port);
  // By the time that the new connection has answered three times, the old one would have answered, too.
  for (const text of ["one", "two", "three"]) expect(await echoes(fresh, text)).toBe(text);
  expect(heard).toBe(false);
  expect(old.closed).toBe(false);
});

test("a black hole takes new connections and answers nothing until it passes again", async () => {
  await using proxy = await faultProxy(target);
  proxy.blackhole();
  const swallowed = await open(proxy.port);
  let heard = false;
  swallowed.on("data", () => {
    heard = true;
  });
  swallowed.write("anybody?");
  proxy.pass();
  const fresh = await open(proxy.port);
  expect(await echoes(fresh, "hello")).toBe("hello");
  expect(heard).toBe(false);
});

test("a slow path delays answers, in order, and nothing is lost", async () => {
  await using proxy = await faultProxy(target);
  const socket = await open(proxy.port);
  proxy.slow(50);
  const startedAt = performance.now();
  expect(await echoes(socket, "one")).toBe("one");
  // A timer may fire a fraction of a millisecond early.
  expect(performance.now() - startedAt).toBeGreaterThan(45);
  socket.write("two");
  proxy.slow(0);
  const heard: string[] = [];
  socket.on("data", (data: Buffer) => heard.push(data.toString()));
  socket.write("three");
  await expect.poll(() => heard.join("")).toBe("twothree");
});

test("a cut resets what is open", async () => {
  await using proxy = await faultProxy(target);
  const socket = await open(proxy.port);
  await echoes(socket, "x");
  const closed = once(socket, "error");
  proxy.cut();
  expect(await closed).toMatchObject([{ code: "ECONNRESET" }]);
});

test("a target that is not there closes the connection", async () => {
  const unused = createServer();
  unused.listen(0, "127.0.0.1");
  await once(unused, "listening");
  const { port } = unused.address() as AddressInfo;
  await using proxy = await faultProxy(port);
  await new Promise((resolve) => unused.close(resolve));
  const socket = connect({ host: "127.0.0.1", port: proxy.port });
  socket.on("error", () => {});
  await once(socket, "close");
});
