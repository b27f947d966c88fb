import { Hono } from "hono";
import type { Registry } from "prom-client";
import type { z } from "zod";
import { type commonConfig, InvalidConfig } from "./config.ts";
import { health } from "./health.ts";
import { type Address, bind, closeServer, createHttpServer, type OnUpgrade, refuse } from "./http-server.ts";
import type { Logger } from "./logger.ts";
import type { Plane } from "./plane.ts";

export interface ListenOptions extends Address {
  readonly planes: readonly Plane[];
  readonly logger: Logger;
  readonly registry: Registry;
  /** Where `/readyz` and `/metrics` stand instead. Default: `/metrics` answers this machine alone. */
  readonly admin?: Address | undefined;
  /** How many proxies in front say in X-Forwarded-Proto how a request came to them. Default 0. */
  readonly trustedProxies?: number;
}

/** A listening server with its planes. */
export interface Listening extends AsyncDisposable {
  readonly port: number;
  /** Origin on the loopback address, such as `http://127.0.0.1:3000`. */
  readonly url: string;
  /** The port of `/readyz` and `/metrics`, where that is another one. */
  readonly adminPort: number | undefined;
  /** Resolves with the reason when a plane cannot go on. */
  readonly failed: Promise<Error>;
  /** Not ready from now on; planes release what they hold until `deadline` aborts. */
  drain(deadline: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

type AddressConfig = Pick<
  z.infer<z.ZodObject<typeof commonConfig>>,
  "HOST" | "PORT" | "ADMIN_HOST" | "ADMIN_PORT" | "TRUSTED_PROXIES"
>;

/** Where a process listens by its configuration, and behind what. */
export const listenAt = (config: AddressConfig): Address & Pick<ListenOptions, "admin" | "trustedProxies"> => ({
  port: config.PORT,
  host: config.HOST,
  admin: config.ADMIN_PORT === undefined ? undefined : { port: config.ADMIN_PORT, host: config.ADMIN_HOST },
  trustedProxies: config.TRUSTED_PROXIES,
});

/**
 * Serves planes on one port: their paths, `/healthz`, and their WebSocket upgrades; `/readyz` and `/metrics` there or on
 * a port of their own.
 *
 * @throws {InvalidConfig} when a port or a host is not available
 */
export async function listen(options: ListenOptions): Promise<Listening> {
  const { planes, logger, registry, admin, trustedProxies = 0 } = options;
  const state = { draining: false };
  const healthOn = (door: "shared" | "public" | "admin"): Hono =>
    health({ planes, registry, door, isDraining: () => state.draining });

  const app = new Hono().route("/", healthOn(admin ? "public" : "shared"));
  for (const plane of planes) app.route("/", plane.http);
  const server = createHttpServer(app, { trustedProxies, onUpgrade: upgrades(planes, logger) });
  const port = await bind(server, options, { port: "PORT", host: "HOST" });

  const adminServer = admin && createHttpServer(healthOn("admin"), { trustedProxies });
  let adminPort: number | undefined;
  if (adminServer) {
    try {
      if (admin.port === port) throw new InvalidConfig([`ADMIN_PORT: ${port} is PORT already. Choose another port.`]);
      adminPort = await bind(adminServer, admin, { port: "ADMIN_PORT", host: "ADMIN_HOST" });
    } catch (error) {
      await closeServer(server);
      throw error;
    }
  }

  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    state.draining = true;
    await Promise.all(planes.map((plane) => plane.close()));
    await Promise.all([server, ...(adminServer ? [adminServer] : [])].map(closeServer));
  };
  const listening: Listening = {
    port,
    url: `http://127.0.0.1:${port}`,
    adminPort,
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

/** Hands upgrades to the plane of their path. */
function upgrades(planes: readonly Plane[], logger: Logger): OnUpgrade {
  return (request, socket, head) => {
    // An upgrade's socket has no other listener, and an unhandled "error" would end the process.
    socket.on("error", (error) => logger.debug({ err: error }, "upgrade socket failed"));
    const path = request.url?.split("?", 1)[0];
    const plane = planes.find((candidate) => candidate.sockets?.path === path);
    if (plane?.sockets) plane.sockets.accept(request, socket, head);
    else refuse(socket, "404 Not Found");
  };
}
