import process from "node:process";
import { InvalidConfig } from "./config.ts";
import type { Listening } from "./listen.ts";
import type { Logger } from "./logger.ts";

/** What a process opened, to be closed in reverse order. */
export interface Running {
  readonly listening: Listening;
  readonly resources: readonly AsyncDisposable[];
  readonly logger: Logger;
  readonly drainMs: number;
}

// One Ctrl-C arrives several times: from the terminal, and from npm and other parents that pass it on.
const ECHO_MS = 1000;

/**
 * The life of a service's process: start, serve until SIGTERM or SIGINT, drain, close, exit 0. A later signal exits
 * at once. A wrong configuration exits 1 with all its problems.
 */
export async function run(start: () => Promise<Running>): Promise<void> {
  let running: Running;
  try {
    running = await start();
  } catch (error) {
    if (error instanceof InvalidConfig) process.stderr.write(`${error.message}\n`);
    else
      process.stderr.write(
        `Could not start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
      );
    process.exit(1);
  }
  const { logger, listening } = running;
  process.on("unhandledRejection", (error) => logger.error({ err: error }, "unhandled rejection"));

  const signal = await new Promise<NodeJS.Signals>((resolve) => {
    process.once("SIGTERM", resolve);
    process.once("SIGINT", resolve);
  });
  const since = performance.now();
  for (const again of ["SIGTERM", "SIGINT"] as const) {
    process.on(again, () => {
      if (performance.now() - since > ECHO_MS) process.exit(1);
    });
  }
  logger.info({ signal }, "draining");
  await listening.drain(AbortSignal.timeout(running.drainMs));
  await listening.close();
  for (const resource of running.resources.toReversed()) await resource[Symbol.asyncDispose]();
  logger.info("stopped");
  process.exit(0);
}
