import { addSeen, type PlainEvent, type Stored, storeHeld, storeStep } from "@radist-tech/calls";
import { DatabaseUnavailable, type Transaction } from "@radist-tech/db";
import type { CallId, Epoch, PeerId } from "@radist-tech/protocol";
import { closeSession } from "@radist-tech/usage";
import { callLimits, type NodeContext } from "../node/context.ts";
import type { SignalRouter } from "../signals/signal-router.ts";
import type { EventFanout } from "./event-fanout.ts";

/** Pause before a step that found the database away is tried again, milliseconds. */
const RETRY_MS = 500;

/** A peer whose socket was lost; `silentMs` since its client was last heard. */
export interface LostPeer {
  readonly callId: CallId;
  readonly peerId: PeerId;
  readonly epoch: Epoch;
  readonly silentMs: number;
}

/** The ways out of a call, stored and told. */
export class Departures {
  readonly #node: NodeContext;
  readonly #fanout: EventFanout;
  readonly #router: SignalRouter;
  readonly #underWay = new Set<Promise<void>>();
  #closed = false;

  constructor(node: NodeContext, fanout: EventFanout, router: SignalRouter) {
    this.#node = node;
    this.#fanout = fanout;
    this.#router = router;
  }

  /**
   * Stores a step and tells the others.
   *
   * @returns nothing when the step found nothing to change
   * @throws {DatabaseUnavailable}
   */
  async depart(
    callId: CallId,
    event: PlainEvent,
    also?: (tx: Transaction) => Promise<void>,
  ): Promise<Stored | undefined> {
    const stored = await storeStep(this.#node.connection, callId, event, callLimits(this.#node), {
      ...(also && { also }),
      onLate: (late) => this.#fanout.send(late),
    });
    if (stored) this.#fanout.send(stored);
    return stored;
  }

  /** A socket was lost. Keeps trying while the database is away; if this node dies meanwhile, its lease tells. */
  lost(peer: LostPeer, undelivered: readonly string[]): void {
    this.#see(this.#storeLoss(peer, undelivered), peer, "a lost socket was not recorded");
  }

  /** The API ended the call, and then the socket closed. */
  ended(peer: LostPeer & { readonly sessionId: string }): void {
    this.#see(
      addSeen(this.#node.connection, peer),
      peer,
      "usage of an ended call stays as it was at the last checkpoint",
    );
  }

  /** Resolves when all losses are stored. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  close(): void {
    this.#closed = true;
  }

  #see(work: Promise<void>, peer: LostPeer, failure: string): void {
    const underWay = work
      .catch((error: unknown) => this.#node.logger.error({ err: error, ...ids(peer) }, failure))
      .finally(() => this.#underWay.delete(underWay));
    this.#underWay.add(underWay);
  }

  async #storeLoss(peer: LostPeer, undelivered: readonly string[]): Promise<void> {
    const { callId, peerId, epoch } = peer;
    for (;;) {
      try {
        // What the client may not have received waits for it, ahead of all that comes while it is away.
        const also = async (tx: Transaction): Promise<void> => {
          await storeHeld(tx, { callId, peerId }, undelivered);
          await closeSession(tx, { subjectId: callId, peerId }, "disconnected", peer.silentMs);
        };
        const stored = await this.depart(callId, { type: "disconnect", peerId, epoch }, also);
        if (stored) return;
        this.#node.metrics.fenced.inc();
        // Another claim was stored first. It did not find on the socket what is left of it here.
        return await this.#router.redeliver(peer, undelivered);
      } catch (error) {
        if (!(error instanceof DatabaseUnavailable) || this.#closed) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

const ids = ({ callId, peerId }: { callId: CallId; peerId: PeerId }) => ({ callId, peerId });
