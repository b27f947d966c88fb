import type { Bus } from "@radist-tech/bus";
import type { Connection } from "@radist-tech/db";
import { ERRORS, type NodeId, ROOM_SOCKET_PATH } from "@radist-tech/protocol";
import { pause } from "@radist-tech/protocol/timing";
import { DatabaseProbe, type Logger, type Plane } from "@radist-tech/runtime";
import { Hono } from "hono";
import type { Registry } from "prom-client";
import type { Limits } from "./config.ts";
import { isPatched } from "./media/patched.ts";
import { SfuNode } from "./node/sfu-node.ts";

export { SfuConfig, sfuConfig } from "./config.ts";
export { isPatched } from "./media/patched.ts";
export { DEFAULT_WORKER_BIN } from "./media/start-worker.ts";

/** Pause before media workers that could not be started are tried again, milliseconds. */
const RETRY_MS = 5_000;

export interface SfuDeps {
  readonly connection: Connection;
  readonly bus: Bus;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly config: Limits & { readonly NODE_ID: NodeId };
  /**
   * Where the worker's binary is, or will be: until then rooms are refused with `unavailable`. Default: where
   * mediasoup itself puts it.
   */
  readonly workerBin?: string | Promise<string | undefined> | undefined;
}

/**
 * The sfu plane: the room WebSocket, and the media behind it.
 *
 * @throws {Error} when a media worker cannot start, unless its binary was still to come: then it is logged,
 *   and tried again
 */
export async function createSfu({ connection, bus, logger, registry, config, workerBin }: SfuDeps): Promise<Plane> {
  const node = new SfuNode({ connection, bus, logger, registry, nodeId: config.NODE_ID, limits: config });
  try {
    await node.listen();
    if (workerBin instanceof Promise) {
      void workerBin.then((path) => keepStarting(node, path, logger));
    } else await startWorkers(node, workerBin, logger);
  } catch (error) {
    await node.close();
    throw error;
  }
  const probe = new DatabaseProbe(connection, logger);
  const close = async (): Promise<void> => {
    await Promise.all([node.close(), probe.close()]);
  };
  const workers = { workers: () => node.hasWorkers };
  // A process that serves more than rooms is ready for the rest before the workers are there.
  const isPart = workerBin instanceof Promise;
  const http = new Hono();
  http.get(ROOM_SOCKET_PATH, (context) =>
    context.json({ error: ERRORS.upgrade_required.message, code: "upgrade_required" }, 426, { upgrade: "websocket" }),
  );
  return {
    name: "sfu",
    http,
    sockets: { path: ROOM_SOCKET_PATH, accept: (...upgrade) => node.entrance.accept(...upgrade) },
    checks: {
      database: () => probe.isUp(),
      lease: () => node.context.lease.holds(),
      bus: () => bus.connected,
      ...(isPart ? {} : workers),
    },
    ...(isPart && { optionalChecks: workers }),
    failed: node.failed,
    drain: (deadline) => node.drain(deadline),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function startWorkers(node: SfuNode, workerBin: string | undefined, logger: Logger): Promise<void> {
  await node.startWorkers(workerBin);
  if (!isPatched(workerBin)) {
    logger.warn(
      { workerBin },
      "this media worker lacks our patches: a hostile packet can restart it. infra/mediasoup-worker/README.md tells " +
        "how to get the patched one",
    );
  }
}

/** The obstacle, such as a port in use, may go away; everything else that the process serves is not affected. */
async function keepStarting(node: SfuNode, workerBin: string | undefined, logger: Logger): Promise<void> {
  let told: string | undefined;
  while (!node.isClosing) {
    try {
      return await startWorkers(node, workerBin, logger);
    } catch (error) {
      const why = String(error);
      if (why !== told) logger.error({ err: error }, "rooms cannot be served yet; retrying");
      told = why;
      await pause(RETRY_MS);
    }
  }
}
