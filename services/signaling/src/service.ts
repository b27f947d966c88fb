import type { Bus } from "@radist-tech/bus";
import type { Connection } from "@radist-tech/db";
import { ERRORS, type NodeId, P2P_SOCKET_PATH } from "@radist-tech/protocol";
import { DatabaseProbe, type Logger, type Plane } from "@radist-tech/runtime";
import { Hono } from "hono";
import type { Registry } from "prom-client";
import type { Limits } from "./config.ts";
import { SignalingNode } from "./node/signaling-node.ts";

export { SignalingConfig, signalingConfig } from "./config.ts";

export interface SignalingDeps {
  readonly connection: Connection;
  readonly bus: Bus;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly config: Limits & { readonly NODE_ID: NodeId };
}

/** The P2P signaling plane: its WebSocket, and nothing else. */
export async function createSignaling({ connection, bus, logger, registry, config }: SignalingDeps): Promise<Plane> {
  const node = new SignalingNode({ connection, bus, logger, registry, nodeId: config.NODE_ID, limits: config });
  await node.listen();
  const probe = new DatabaseProbe(connection, logger);
  const close = async (): Promise<void> => {
    await Promise.all([node.close(), probe.close()]);
  };
  const http = new Hono();
  http.get(P2P_SOCKET_PATH, (context) =>
    context.json({ error: ERRORS.upgrade_required.message, code: "upgrade_required" }, 426, { upgrade: "websocket" }),
  );
  return {
    name: "signaling",
    http,
    sockets: { path: P2P_SOCKET_PATH, accept: (...upgrade) => node.entrance.accept(...upgrade) },
    checks: {
      database: () => probe.isUp(),
      lease: () => node.context.lease.holds(),
      bus: () => bus.connected,
    },
    failed: node.failed,
    drain: (deadline) => node.drain(deadline),
    close,
    [Symbol.asyncDispose]: close,
  };
}
