import { setTimeout as sleep } from "node:timers/promises";
import { locatePeers, type PeerLocation } from "@radist-tech/calls";
import { isUnavailable } from "@radist-tech/db";
import type { CallId, PeerId } from "@radist-tech/protocol";
import type { NodeContext } from "../node/context.ts";

/** Between two queries, milliseconds, however many signals wait. */
const EVERY_MS = 500;

/** Maximum number of peers in one query. */
const BATCH = 1_000;

interface Wanted {
  readonly target: { readonly callId: CallId; readonly peerId: PeerId };
  readonly located: PromiseWithResolvers<PeerLocation | undefined>;
}

/**
 * Asks the database where peers are whose nodes are silent. Without the bus that is every peer of another node: all
 * signals that wait share one query, so the database is asked as often for one of them as for thousands.
 */
export class PeerLocator {
  readonly #node: Pick<NodeContext, "connection" | "logger">;
  #wanted = new Map<PeerId, Wanted>();
  #isRunning = false;

  constructor(node: Pick<NodeContext, "connection" | "logger">) {
    this.#node = node;
  }

  /** By the next query. @returns nothing when the database is away */
  locate(target: Wanted["target"]): Promise<PeerLocation | undefined> {
    const wanted = this.#wanted.get(target.peerId) ?? { target, located: Promise.withResolvers() };
    this.#wanted.set(target.peerId, wanted);
    if (!this.#isRunning) void this.#run();
    return wanted.located.promise;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#wanted.size > 0) {
      const pause = sleep(EVERY_MS);
      await this.#locate([...this.#wanted.values()].slice(0, BATCH));
      await pause;
    }
    this.#isRunning = false;
  }

  /** Never rejects. */
  async #locate(batch: readonly Wanted[]): Promise<void> {
    for (const { target } of batch) this.#wanted.delete(target.peerId);
    let found = new Map<PeerId, PeerLocation>();
    try {
      found = await locatePeers(
        this.#node.connection,
        batch.map(({ target }) => target),
      );
    } catch (error) {
      if (!isUnavailable(error)) this.#node.logger.error({ err: error }, "peers could not be located");
    }
    for (const { target, located } of batch) located.resolve(found.get(target.peerId));
  }
}
