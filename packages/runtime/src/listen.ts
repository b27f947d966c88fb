import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { getRequestListener } from "@hono/node-server";
import { ERRORS, type ErrorBody } from "@radist-tech/protocol";
import { Hono } from "hono";
import type { Registry } from "prom-client";
import { InvalidConfig } from "./config.ts";
import { health } from "./health.ts";
import type { Logger } from "./logger.ts";
import type { Plane } from "./plane.ts";

export interface ListenOptions {
  readonly planes: readonly Plane[];
  readonly port: number;
  readonly host: string;
  readonly logger: Logger;
  readonly registry: Registry;
  /** How many proxies in front say in X-Forwarded-Proto how a request came to them. Default 0. */
  readonly trustedProxies?: number;
}

/** Longer than load balancers keep a connection (60 s as a rule): one that is closed under a request is a 502 there. */
const KEEP_ALIVE_MS = 75_000;
const HEADERS_MS = KEEP_ALIVE_MS + 5_000;

const YEAR_SECONDS = 31_536_000;

/** A listening server with its planes. */
export interface Listening extends AsyncDisposable {
  readonly port: number;
  /** Origin on the loopback address, such as `http://127.0.0.1:3000`. */
  readonly url: string;
  /** Resolves with the reason when a plane cannot go on. */
  readonly failed: Promise<Error>;
  /** Not ready from now on; planes release what they hold until `deadline` aborts. */
  drain(deadline: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/**
 * Serves planes on one port: their paths, `/healthz`, `/readyz`, `/metrics`, and their WebSocket upgrades.
 *
 * @throws {InvalidConfig} when the port or the host is not available
 */
export async function listen(options: ListenOptions): Promise<Listening> {
  const { planes, logger } = options;
  const state = { draining: false };
  const app = new Hono();
  app.route("/", health({ planes, registry: options.registry, isDraining: () => state.draining }));
  for (const plane of planes) app.route("/", plane.http);

  const serve = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  app.notFound((context) => {
    const body: ErrorBody = { error: ERRORS.not_found.message, code: "not_found" };
    return context.json(body, ERRORS.not_found.status);
  });

  const server = createServer(
    // Other upgrades (h2c) may be ignored: RFC 9110, section 7.8.
    { shouldUpgradeCallback: (request) => request.headers.upgrade?.toLowerCase() === "websocket" },
    (request, response) => {
      response.setHeader("x-content-type-options", "nosniff");
      if (cameByTls(request, options.trustedProxies ?? 0)) {
        response.setHeader("strict-transport-security", `max-age=${YEAR_SECONDS}`);
      }
      void serve(request, response);
    },
  );
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = HEADERS_MS;
  server.on("upgrade", (request, socket, head) => {
    // An upgrade's socket has no other listener, and an unhandled "error" would end the process.
    socket.on("error", (error) => logger.debug({ err: error }, "upgrade socket failed"));
    const path = request.url?.split("?", 1)[0];
    const plane = planes.find((candidate) => candidate.sockets?.path === path);
    if (plane?.sockets) plane.sockets.accept(request, socket, head);
    else refuse(socket, "404 Not Found");
  });
  server.on("clientError", (_error, socket) => {
    if (socket.writable) refuse(socket, "400 Bad Request");
    else socket.destroy();
  });
  await bind(server, options.port, options.host);
  const { port } = server.address() as AddressInfo;

  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    state.draining = true;
    await Promise.all(planes.map((plane) => plane.close()));
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  };
  const listening: Listening = {
    port,
    url: `http://127.0.0.1:${port}`,
    failed: Promise.race(planes.flatMap(({ failed }) => failed ?? [])),
    async drain(deadline) {
      state.draining = true;
      await Promise.all(planes.map((plane) => plane.drain(deadline)));
    },
    close() {
      closing ??= close();
      return closing;
    },
    [Symbol.asyncDispose]: () => listening.close(),
  };
  return listening;
}

/** Whether the outermost trusted proxy was spoken to by HTTPS. */
function cameByTls({ headers }: IncomingMessage, trustedProxies: number): boolean {
  if (trustedProxies === 0) return false;
  const schemes = String(headers["x-forwarded-proto"] ?? "").split(",");
  // One that all of them agree on, or one of each.
  return (schemes.at(-trustedProxies) ?? schemes[0])?.trim().toLowerCase() === "https";
}

/** The server's timeouts no longer apply to this socket, so it must not stay open for as long as the client likes. */
function refuse(socket: Duplex, status: string): void {
  socket.once("finish", () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function bind(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(new InvalidConfig([problem(error, port, host)])));
    // The default of 511 overflows when every socket of a lost node comes back at once.
    server.listen({ port, host, backlog: 4096 }, () => {
      server.removeAllListeners("error");
      resolve();
    });
  });
}

function problem({ code }: NodeJS.ErrnoException, port: number, host: string): string {
  if (code === "EADDRINUSE")
    return `PORT: ${port} is in use by another program. Stop that program, or choose another port.`;
  if (code === "EACCES") return `PORT: ${port} is not open to this user. Choose one above 1023.`;
  return `HOST: ${host} is not an address of this machine (${code}).`;
}
