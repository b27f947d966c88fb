import {
  closeTerminatedSession,
  confirmPeer,
  type DepartureContext,
  type DoneStep,
  disconnectPeer,
  leaveCall,
  type PeerSession,
  withdrawJoin,
} from "@radist-tech/calls";
import { DatabaseUnavailable } from "@radist-tech/db";
import { pause } from "@radist-tech/protocol/timing";
import { callLimits, type NodeContext } from "../node/context.ts";
import type { SignalRouter } from "../signals/signal-router.ts";
import type { EventFanout } from "./event-fanout.ts";

/** Pause before a step that found the database away is tried again, milliseconds. */
const RETRY_MS = 500;

/** Stores that peers leave or are lost, and notifies the others. */
export class Departures {
  readonly #node: NodeContext;
  readonly #fanout: EventFanout;
  readonly #router: SignalRouter;
  readonly #underWay = new Set<Promise<void>>();
  #isClosed = false;

  constructor(node: NodeContext, fanout: EventFanout, router: SignalRouter) {
    this.#node = node;
    this.#fanout = fanout;
    this.#router = router;
  }

  /**
   * @returns nothing when the peer was claimed elsewhere or its call ended before
   * @throws {DatabaseUnavailable}
   */
  leave(peer: PeerSession): Promise<DoneStep | undefined> {
    return this.#sent(leaveCall(this.#context, peer));
  }

  /**
   * Frees seat and token of a join whose caller had given up before it was stored.
   *
   * @throws {DatabaseUnavailable}
   */
  async withdraw(peer: PeerSession, tokenHash: Uint8Array): Promise<void> {
    await this.#sent(withdrawJoin(this.#context, peer, tokenHash));
  }

  /**
   * A socket was lost. Keeps trying to store it while the database is away; if this node dies before that, others see
   * it by its lease.
   */
  lose(peer: PeerSession, undelivered: readonly string[]): void {
    this.#track(this.#storeLoss(peer, undelivered), peer, "a lost socket was not recorded");
  }

  /** The client of a peer has heard that it joined. Keeps trying to store it while the database is away. */
  confirm(peer: PeerSession): void {
    this.#track(this.#storeConfirmation(peer), peer, "a peer was not confirmed: another may take its seat");
  }

  /** The API ended the call, and then the socket closed. */
  end(peer: PeerSession): void {
    const closed = closeTerminatedSession(this.#node.connection, peer);
    this.#track(closed, peer, "the usage session of a terminated call stays open until this node's lease is over");
  }

  /** Resolves when all losses are stored. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  close(): void {
    this.#isClosed = true;
  }

  get #context(): DepartureContext {
    return {
      connection: this.#node.connection,
      limits: callLimits(this.#node),
      onLate: (done) => this.#fanout.send(done),
    };
  }

  async #sent(storing: Promise<DoneStep | undefined>): Promise<DoneStep | undefined> {
    const done = await storing;
    if (done) this.#fanout.send(done);
    return done;
  }

  #track(work: Promise<void>, { callId, peerId }: PeerSession, failure: string): void {
    const underWay = work
      .catch((error: unknown) => this.#node.logger.error({ err: error, callId, peerId }, failure))
      .finally(() => this.#underWay.delete(underWay));
    this.#underWay.add(underWay);
  }

  async #storeConfirmation(peer: PeerSession): Promise<void> {
    while (!(await this.#reached(() => confirmPeer(this.#node.connection, peer)))) await pause(RETRY_MS);
  }

  async #storeLoss(peer: PeerSession, undelivered: readonly string[]): Promise<void> {
    const store = async (): Promise<void> => {
      if (await this.#sent(disconnectPeer(this.#context, peer, undelivered))) return;
      this.#node.metrics.fenced.inc();
      // Another claim was stored first. It did not find on the socket what was still undelivered here.
      await this.#router.redeliver(peer, undelivered);
    };
    while (!(await this.#reached(store))) await pause(RETRY_MS);
  }

  /** @returns false when the database was away, and the work is to be tried again */
  async #reached(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable) || this.#isClosed) throw error;
      return false;
    }
  }
}
