import { connect as connectTcp, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { reservePort } from "@radist-tech/testkit";
import { Hono } from "hono";
import { describe, expect, test, vi } from "vitest";
import {
  createLogger,
  createRegistry,
  type Listening,
  type ListenOptions,
  listen,
  type Plane,
  VERSION,
} from "./index.ts";

const logger = createLogger({ name: "test", level: "silent" });

function plane(parts: Partial<Plane> = {}): Plane {
  const close = vi.fn(() => Promise.resolve());
  return {
    name: "echo",
    http: new Hono(),
    checks: {},
    drain: () => Promise.resolve(),
    close,
    [Symbol.asyncDispose]: close,
    ...parts,
  };
}

const serveAt = (options: Partial<ListenOptions>): Promise<Listening> =>
  listen({ planes: [plane()], port: 0, host: "127.0.0.1", logger, registry: createRegistry("test"), ...options });

const serve = (...planes: Plane[]): Promise<Listening> => serveAt({ planes });

/** Sends bytes and never closes its own side: resolves with all that came until the server closed its side. */
async function say(port: number, bytes: string): Promise<{ answer: string; socket: Socket }> {
  const socket = connectTcp({ port, host: "127.0.0.1", allowHalfOpen: true });
  socket.on("error", () => {});
  socket.write(bytes);
  let answer = "";
  socket.setEncoding("utf8").on("data", (text) => {
    answer += text;
  });
  await new Promise<void>((resolve) => socket.once("end", resolve).once("close", resolve));
  return { answer, socket };
}

const upgrade = (path: string, to = "websocket") =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: ${to}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;

describe("what every answer has", () => {
  const headersOf = async (trustedProxies: number, headers: Record<string, string> = {}) => {
    await using listening = await serveAt({ trustedProxies });
    return (await fetch(`${listening.url}/healthz`, { headers })).headers;
  };

  test("no guessing of types, and connections that outlast a load balancer's", async () => {
    const headers = await headersOf(0);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("keep-alive")).toBe("timeout=75");
  });

  test.each([
    [0, "https", null],
    [1, "http", null],
    [1, "https", "max-age=31536000"],
    [1, "https, http", null],
    [2, "https, http", "max-age=31536000"],
    [2, "https", "max-age=31536000"],
  ])("behind %i trusted proxies, which say %j: Strict-Transport-Security is %j", async (trusted, scheme, expected) => {
    const headers = await headersOf(trusted, { "x-forwarded-proto": scheme });
    expect(headers.get("strict-transport-security")).toBe(expected);
  });
});

describe("health", () => {
  const readiness = async (listening: Listening) => {
    const response = await fetch(`${listening.url}/readyz`);
    return { status: response.status, body: await response.json() };
  };

  test("ready while every check holds", async () => {
    await using listening = await serve(plane({ checks: { database: () => true, bus: () => Promise.resolve(true) } }));
    expect(await readiness(listening)).toEqual({
      status: 200,
      body: { status: "ready", checks: { "echo.database": true, "echo.bus": true } },
    });
  });

  test.each([
    ["says no", () => false],
    [
      "throws",
      () => {
        throw new Error("no");
      },
    ],
    ["rejects", () => Promise.reject(new Error("no"))],
    ["hangs", () => new Promise<boolean>(() => {})],
  ])("not ready when a check %s, and its name tells which", async (_how, check) => {
    await using listening = await serve(plane({ checks: { database: check, bus: () => true } }));
    expect(await readiness(listening)).toEqual({
      status: 503,
      body: { status: "not ready", checks: { "echo.database": false, "echo.bus": true } },
    });
    expect((await fetch(`${listening.url}/healthz`)).status).toBe(200);
  });

  test("degraded, and ready, while a check of a part fails that the rest can do without", async () => {
    const parts = { checks: { database: () => true }, optionalChecks: { workers: () => false } };
    await using listening = await serve(plane(parts));
    expect(await readiness(listening)).toEqual({
      status: 200,
      body: { status: "degraded", checks: { "echo.database": true, "echo.workers": false } },
    });
  });

  test("draining: alive, and not ready", async () => {
    const { promise: drained, resolve } = Promise.withResolvers<void>();
    await using listening = await serve(plane({ checks: { database: () => true }, drain: () => drained }));
    const draining = listening.drain(AbortSignal.timeout(60_000));
    expect(await readiness(listening)).toEqual({
      status: 503,
      body: { status: "draining", checks: { "echo.database": true } },
    });
    expect(await (await fetch(`${listening.url}/healthz`)).json()).toEqual({ status: "ok", version: VERSION });
    resolve();
    await draining;
  });

  test("metrics in the format of Prometheus", async () => {
    await using listening = await serve(plane());
    const response = await fetch(`${listening.url}/metrics`);
    expect(response.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await response.text()).toMatch(/^process_cpu_seconds_total\{service="test"\} [\d.e-]+$/m);
  });
});

describe("/metrics on the port of everything else", () => {
  const asked = async (url: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${url}/metrics`, { headers });
    return { status: response.status, text: await response.text() };
  };
  const REFUSED = { status: 403, text: expect.stringContaining("this machine only. Set ADMIN_PORT") };

  test.each([
    ["an outside address", { "x-forwarded-for": "203.0.113.7" }],
    ["an outside address that claims to be loopback", { "x-forwarded-for": "127.0.0.1, 203.0.113.7" }],
    ["an address that cannot be read", { "x-forwarded-for": "unknown" }],
    ["an address that another header tells", { "x-real-ip": "203.0.113.7" }],
    ["an address that is told by RFC 7239", { forwarded: "for=203.0.113.7", "x-forwarded-for": "127.0.0.1" }],
    ["nobody knows whom", { via: "1.1 proxy" }],
    ["nobody knows whom, of a scheme", { "x-forwarded-proto": "https" }],
  ])("is refused to a proxy of this machine that forwards for %s, trusted or not", async (_whom, headers) => {
    for (const trustedProxies of [0, 1]) {
      await using listening = await serveAt({ trustedProxies });
      expect(await asked(listening.url, headers)).toEqual(REFUSED);
    }
  });

  test("answers this machine, directly and by a proxy", async () => {
    await using listening = await serveAt({ trustedProxies: 1 });
    expect((await asked(listening.url)).status).toBe(200);
    expect((await asked(listening.url, { "x-forwarded-for": "127.0.0.1" })).status).toBe(200);
  });

  const outside = Object.values(networkInterfaces())
    .flat()
    .find((address) => address?.family === "IPv4" && !address.internal)?.address;
  test.skipIf(outside === undefined)("is refused to other addresses", async () => {
    await using listening = await serveAt({ host: "0.0.0.0" });
    const url = `http://${outside}:${listening.port}`;
    expect(await asked(url)).toEqual(REFUSED);
    expect(await asked(url, { "x-forwarded-for": "127.0.0.1" })).toEqual(REFUSED);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });
});

describe("a port for those who run it", () => {
  const everyPath = new Hono().all("*", (context) => context.text("the page"));
  const serveApart = (options: Partial<ListenOptions> = {}) =>
    serveAt({ planes: [plane({ http: everyPath })], admin: { port: 0, host: "127.0.0.1" }, ...options });
  const statuses = async (port: number | undefined) => {
    const paths = ["/healthz", "/readyz", "/metrics", "/other"];
    const answers = paths.map(async (path) => (await fetch(`http://127.0.0.1:${port}${path}`)).status);
    return Promise.all(answers);
  };

  test("has readiness and figures, which are then nowhere else, and both say that the process lives", async () => {
    await using listening = await serveApart();
    expect(await statuses(listening.adminPort)).toEqual([200, 200, 200, 404]);
    expect(await statuses(listening.port)).toEqual([200, 404, 404, 200]);
    const elsewhere = await (await fetch(`${listening.url}/metrics`)).json();
    expect(elsewhere).toEqual({ error: "This path is served on ADMIN_PORT.", code: "not_found" });
  });

  test("answers requests that a proxy forwards, too", async () => {
    await using listening = await serveApart();
    const headers = { "x-forwarded-for": "203.0.113.7" };
    expect((await fetch(`http://127.0.0.1:${listening.adminPort}/metrics`, { headers })).status).toBe(200);
  });

  test("says that the process drains, and is closed with it", async () => {
    const { promise: drained, resolve } = Promise.withResolvers<void>();
    const listening = await serveApart({ planes: [plane({ drain: () => drained })] });
    const draining = listening.drain(AbortSignal.timeout(60_000));
    expect((await fetch(`http://127.0.0.1:${listening.adminPort}/readyz`)).status).toBe(503);
    resolve();
    await draining;
    await listening.close();
    await expect(fetch(`http://127.0.0.1:${listening.adminPort}/healthz`)).rejects.toThrow();
  });

  test("takes no sockets", async () => {
    const accept = vi.fn();
    await using listening = await serveApart({ planes: [plane({ sockets: { path: "/ws", accept } })] });
    const { answer, socket } = await say(listening.adminPort ?? 0, upgrade("/ws").replace("Upgrade", "close, Upgrade"));
    expect(answer).toMatch(/^HTTP\/1\.1 404 /);
    expect(accept).not.toHaveBeenCalled();
    socket.destroy();
  });

  test("that is taken, or the other one, or of no address here, is a problem of the configuration", async () => {
    await using taken = await serve(plane());
    const problemOf = (options: Partial<ListenOptions>) => serveApart(options).catch((error) => error.problems);
    expect(await problemOf({ admin: { port: taken.port, host: "127.0.0.1" } })).toEqual([
      expect.stringMatching(/^ADMIN_PORT: \d+ is in use by another program/),
    ]);
    const port = await reservePort();
    expect(await problemOf({ port, admin: { port, host: "127.0.0.1" } })).toEqual([
      `ADMIN_PORT: ${port} is PORT already. Choose another port.`,
    ]);
    expect(await problemOf({ admin: { port: 0, host: "203.0.113.7" } })).toEqual([
      expect.stringMatching(/^ADMIN_HOST: 203\.0\.113\.7 is not an address of this machine/),
    ]);
  });
});

describe("requests", () => {
  test("reach the plane that serves the path", async () => {
    const a = plane({ name: "a", http: new Hono().get("/a", (context) => context.text("from a")) });
    const b = plane({ name: "b", http: new Hono().get("/b", (context) => context.text("from b")) });
    await using listening = await serve(a, b);
    expect(await (await fetch(`${listening.url}/a`)).text()).toBe("from a");
    expect(await (await fetch(`${listening.url}/b`)).text()).toBe("from b");
    expect((await fetch(`${listening.url}/c`)).status).toBe(404);
  });

  test("that are no HTTP get 400 and the end of the connection", async () => {
    await using listening = await serve(plane());
    const { answer, socket } = await say(listening.port, "\x16\x03\x01 this is no HTTP\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\nConnection: close\r\n/);
    socket.destroy();
    expect((await fetch(`${listening.url}/healthz`)).status).toBe(200);
  });

  test("with headers beyond measure get 400 as well", async () => {
    await using listening = await serve(plane());
    const { answer, socket } = await say(
      listening.port,
      `GET / HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(20_000)}\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    socket.destroy();
  });
});

describe("upgrades", () => {
  test("are handed to the plane of the path, with query and what came after the head", async () => {
    const seen: string[] = [];
    const sockets: Plane["sockets"] = {
      path: "/ws",
      accept(request, socket, head) {
        seen.push(request.url ?? "", head.toString());
        socket.end("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello");
      },
    };
    await using listening = await serve(plane(), plane({ sockets }));
    const { answer, socket } = await say(listening.port, `${upgrade("/ws?a=1")}early`);
    expect(answer).toMatch(/^HTTP\/1\.1 101 .*hello$/s);
    expect(seen).toEqual(["/ws?a=1", "early"]);
    socket.destroy();
  });

  test.each(["/other", "/ws/", "/", "//ws", "/ws%20"])("to %s get 404", async (path) => {
    const accept = vi.fn();
    await using listening = await serve(plane({ sockets: { path: "/ws", accept } }));
    const { answer, socket } = await say(listening.port, upgrade(path));
    expect(answer).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/);
    expect(accept).not.toHaveBeenCalled();
    socket.destroy();
  });

  test("to anything but WebSocket are ordinary requests", async () => {
    await using listening = await serve(plane());
    const { answer, socket } = await say(
      listening.port,
      `${upgrade("/healthz", "h2c").replace("Upgrade\r\n", "close, Upgrade\r\n")}`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    socket.destroy();
  });

  test("that were refused do not keep the server from closing, though the client stays", async () => {
    const listening = await serve(plane());
    const { socket } = await say(listening.port, upgrade("/other"));
    const { socket: other } = await say(listening.port, "no HTTP\r\n\r\n");
    await listening.close();
    socket.destroy();
    other.destroy();
  });
});

describe("closing", () => {
  test("closes the planes once, and the port", async () => {
    const close = vi.fn(() => Promise.resolve());
    const listening = await serve(plane({ close }));
    await fetch(`${listening.url}/healthz`);
    await Promise.all([listening.close(), listening.close(), listening[Symbol.asyncDispose]()]);
    expect(close).toHaveBeenCalledTimes(1);
    await expect(fetch(`${listening.url}/healthz`)).rejects.toThrow();
  });

  test("does not wait for a client that never ends its request", async () => {
    const listening = await serve(plane());
    const socket = connectTcp({ port: listening.port, host: "127.0.0.1" }).on("error", () => {});
    socket.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n");
    await new Promise((resolve) => socket.once("data", resolve));
    await listening.close();
    socket.destroy();
  });
});

test("a port that is taken is a problem of the configuration", async () => {
  await using first = await serve(plane());
  const second = listen({
    planes: [plane()],
    port: first.port,
    host: "127.0.0.1",
    logger,
    registry: createRegistry("test"),
  });
  await expect(second).rejects.toMatchObject({ problems: [expect.stringMatching(/^PORT: \d+ is in use/)] });
});
