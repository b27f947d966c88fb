import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { getRequestListener } from "@hono/node-server";
import { ERRORS, type ErrorBody } from "@radist-tech/protocol";
import type { Hono } from "hono";
import { InvalidConfig } from "./config.ts";

/** Longer than load balancers keep a connection (60 s as a rule): one that is closed under a request is a 502 there. */
const KEEP_ALIVE_MS = 75_000;
const HEADERS_MS = KEEP_ALIVE_MS + 5_000;

const YEAR_SECONDS = 31_536_000;

/** Handles an HTTP upgrade to WebSocket; answers every request that it receives. */
export type OnUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export interface HttpServerOptions {
  readonly trustedProxies: number;
  /** Default: a request to upgrade is an ordinary one. */
  readonly onUpgrade?: OnUpgrade;
}

/** An HTTP server for `app`, with what every answer and every connection has in common. It does not listen yet. */
export function createHttpServer(app: Hono, { trustedProxies, onUpgrade }: HttpServerOptions): Server {
  const serve = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  app.notFound((context) => {
    const body: ErrorBody = { error: ERRORS.not_found.message, code: "not_found" };
    return context.json(body, ERRORS.not_found.status);
  });
  const server = createServer(
    // Other upgrades (h2c) may be ignored: RFC 9110, section 7.8.
    { shouldUpgradeCallback: ({ headers }) => onUpgrade !== undefined && isWebSocket(headers.upgrade) },
    (request, response) => {
      response.setHeader("x-content-type-options", "nosniff");
      if (cameByTls(request, trustedProxies)) {
        response.setHeader("strict-transport-security", `max-age=${YEAR_SECONDS}`);
      }
      void serve(request, response);
    },
  );
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = HEADERS_MS;
  if (onUpgrade) server.on("upgrade", onUpgrade);
  server.on("clientError", (_error, socket) => {
    if (socket.writable) refuse(socket, "400 Bad Request");
    else socket.destroy();
  });
  return server;
}

const isWebSocket = (upgrade: string | undefined): boolean => upgrade?.toLowerCase() === "websocket";

/** Whether the outermost trusted proxy was spoken to by HTTPS. */
function cameByTls({ headers }: IncomingMessage, trustedProxies: number): boolean {
  if (trustedProxies === 0) return false;
  const schemes = String(headers["x-forwarded-proto"] ?? "").split(",");
  // One that all of them agree on, or one of each.
  return (schemes.at(-trustedProxies) ?? schemes[0])?.trim().toLowerCase() === "https";
}

/** The server's timeouts no longer apply to this socket, so it must not stay open for as long as the client likes. */
export function refuse(socket: Duplex, status: string): void {
  socket.once("finish", () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

export interface Address {
  /** 0: any free port. */
  readonly port: number;
  readonly host: string;
}

/**
 * Resolves to the port.
 *
 * @param settings the names of the settings that the address comes from
 * @throws {InvalidConfig} when it is not available
 */
export function bind(server: Server, address: Address, settings: { port: string; host: string }): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(new InvalidConfig([problem(error, address, settings)]));
    });
    // The default of 511 overflows when every socket of a lost node comes back at once.
    server.listen({ ...address, backlog: 4096 }, () => {
      server.removeAllListeners("error");
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function problem({ code }: NodeJS.ErrnoException, { port, host }: Address, settings: { port: string; host: string }) {
  if (code === "EADDRINUSE")
    return `${settings.port}: ${port} is in use by another program. Stop that program, or choose another port.`;
  if (code === "EACCES") return `${settings.port}: ${port} is not open to this user. Choose one above 1023.`;
  return `${settings.host}: ${host} is not an address of this machine (${code}).`;
}

export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
