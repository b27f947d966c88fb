import type { ChildProcess } from "node:child_process";
import diagnostics from "node:diagnostics_channel";
import { accessSync, constants } from "node:fs";
import process from "node:process";
import { InvalidConfig } from "@radist-tech/runtime";
import { createWorker, type types, version, workerBin as workerBinOfMediasoup } from "mediasoup";

/** A worker of another version than mediasoup's Node side never says that it runs; a slow disk takes a second. */
const START_MS = 15_000;

/** Where mediasoup itself puts its worker. */
export const DEFAULT_WORKER_BIN = workerBinOfMediasoup;

/** How an operator gets a worker. */
export const HOW_TO_GET_A_WORKER =
  "`node infra/commands/worker.mjs` builds or downloads one and prints its path, for MEDIASOUP_WORKER_BIN.";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

let starting: Promise<unknown> = Promise.resolve();

/**
 * Starts a worker process.
 *
 * @param startMs how long it may take, milliseconds
 * @throws {InvalidConfig} when there is no such program
 * @throws {Error} when it does not run by then, or not at all
 */
export function startWorker(workerBin: string | undefined, startMs = START_MS): Promise<types.Worker> {
  // One at a time: what is spawned, and which listeners come, must be known to be of this one.
  const started = starting.then(() => spawn(workerBin, startMs));
  starting = started.catch(() => {});
  return started;
}

async function spawn(workerBin: string | undefined, startMs: number): Promise<types.Worker> {
  let child: ChildProcess | undefined;
  const seen = (message: unknown): void => {
    child ??= (message as { process: ChildProcess }).process;
  };
  const listeners = SIGNALS.map((signal) => new Set(process.listeners(signal)));
  diagnostics.subscribe("child_process", seen);
  const creating = createWorker({ logLevel: "warn", ...(workerBin === undefined ? {} : { workerBin }) });
  diagnostics.unsubscribe("child_process", seen);
  // mediasoup would close the worker at a signal; draining takes longer than that.
  SIGNALS.forEach((signal, index) => {
    for (const listener of process.listeners(signal)) {
      if (!listeners[index]?.has(listener)) process.removeListener(signal, listener);
    }
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      child?.kill("SIGKILL");
      reject(
        new Error(
          `The media worker did not start within ${startMs / 1_000} s. Is it the one of mediasoup ${version}? ` +
            "See MEDIASOUP_WORKER_BIN.",
        ),
      );
    }, startMs);
  });
  try {
    return await Promise.race([creating, late]);
  } catch (error) {
    const path = workerBin ?? DEFAULT_WORKER_BIN;
    if (isExecutable(path)) throw error;
    throw new InvalidConfig([`MEDIASOUP_WORKER_BIN: there is no media worker at ${path}. ${HOW_TO_GET_A_WORKER}`]);
  } finally {
    clearTimeout(timer);
  }
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
