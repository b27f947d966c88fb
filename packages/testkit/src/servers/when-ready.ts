import { pause } from "@radist-tech/protocol/timing";
import type { ServerKind } from "./server-kind.ts";

const PAUSE_MS = 50;
export const READY_WITHIN_MS = 60_000;

/**
 * Resolves when the server at `url` serves.
 * @throws when `signal` aborts first (with its reason), or after a minute (with the last refusal).
 */
export async function whenReady(kind: ServerKind, url: string, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS;
  for (;;) {
    signal.throwIfAborted();
    try {
      return await kind.probe(url);
    } catch (error) {
      if (performance.now() > deadline) throw new Error(`${kind.name} at ${url} does not serve.`, { cause: error });
    }
    await pause(PAUSE_MS);
  }
}
