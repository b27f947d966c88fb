import process from "node:process";
import { pause } from "@radist-tech/protocol/timing";
import { InvalidConfig } from "./config.ts";
import type { Listening } from "./listen.ts";
import type { Logger } from "./logger.ts";
import { VERSION } from "./version.ts";

/** What a process opened, to be closed in reverse order. */
export interface Running {
  readonly listening: Listening;
  readonly resources: readonly AsyncDisposable[];
  readonly logger: Logger;
  readonly drainMs: number;
}

// One Ctrl-C arrives several times: from the terminal, and from npm and other parents that forward it.
const ECHO_MS = 1000;

/** How long a start in progress may still take after the signal, so that it can be stopped gracefully. */
const STARTING_MS = 2_000;

/** How long closing may take after draining. */
const CLOSE_MS = 5_000;

/**
 * Runs a service as a process: start, serve until SIGTERM or SIGINT, drain, close, exit 0; exit 1 if a step failed or
 * took too long, or if a plane cannot go on. A later signal exits at once. An invalid configuration exits 1 with all its problems.
 */
export async function run(start: () => Promise<Running>): Promise<void> {
  const stopping = firstSignal();
  let running: Running | undefined;
  try {
    running = await Promise.race([start(), stopping.then(() => pause(STARTING_MS)).then(() => undefined)]);
  } catch (error) {
    if (error instanceof InvalidConfig) process.stderr.write(`${error.message}\n`);
    else
      process.stderr.write(
        `Could not start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
      );
    process.exit(1);
  }
  if (!running) process.exit(0);
  const { logger, listening } = running;
  logger.info({ version: VERSION }, "started");
  process.on("unhandledRejection", (error) => logger.error({ err: error }, "unhandled rejection"));

  const why = await Promise.race([stopping, listening.failed]);
  let failed = why instanceof Error;
  if (why instanceof Error) logger.fatal({ err: why }, "this process cannot go on");
  else logger.info({ signal: why }, "draining");
  // The parent would wait, and then kill it without a log line.
  setTimeout(() => {
    logger.fatal("did not stop in time");
    process.exit(1);
  }, running.drainMs + CLOSE_MS).unref();

  /** A step that fails must not prevent the others. */
  const step = async (work: () => PromiseLike<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      failed = true;
      logger.error({ err: error }, "a step of stopping failed");
    }
  };
  await step(() => listening.drain(AbortSignal.timeout(running.drainMs)));
  await step(() => listening.close());
  for (const resource of running.resources.toReversed()) await step(() => resource[Symbol.asyncDispose]());
  logger.info("stopped");
  process.exit(failed ? 1 : 0);
}

/** Waits for the first signal to stop; a later one that is not an echo of it exits at once. */
function firstSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let since: number | undefined;
    for (const name of ["SIGTERM", "SIGINT"] as const) {
      process.on(name, () => {
        since ??= performance.now();
        if (performance.now() - since > ECHO_MS) process.exit(1);
        resolve(name);
      });
    }
  });
}
