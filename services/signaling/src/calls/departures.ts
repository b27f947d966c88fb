import {
  closeTerminatedSession,
  confirmPeer,
  type DepartureContext,
  type DoneStep,
  disconnectPeer,
  isLatestClaim,
  isLossStored,
  leaveCall,
  type PeerSession,
  withdrawJoin,
} from "@radist-tech/calls";
import { DatabaseUnavailable } from "@radist-tech/db";
import type { PeerId } from "@radist-tech/protocol";
import { pause } from "@radist-tech/protocol/timing";
import { callLimits, type NodeContext } from "../node/context.ts";
import type { SignalRouter } from "../signals/signal-router.ts";
import type { EventFanout } from "./event-fanout.ts";

/** Pause before a step that could not be stored is tried again, milliseconds; doubles up to the longest. */
const RETRY_MS = 500;
const MAX_RETRY_MS = 5_000;

/** After so many failures that are not the database's absence a step is given up; the next comparison finds its peer. */
const MAX_FAILURES = 10;

/** Stores that peers leave or are lost, and notifies the others. */
export class Departures {
  readonly #node: NodeContext;
  readonly #fanout: EventFanout;
  readonly #router: SignalRouter;
  readonly #underWay = new Set<Promise<void>>();
  /** How many departures of a peer are under way. */
  readonly #storing = new Map<PeerId, number>();
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
   * Frees seat and token of a join that was stored, or may have been, when its caller had given up. Keeps trying like
   * {@link lose}.
   */
  withdraw(peer: PeerSession, tokenHash: Uint8Array): void {
    const withdrawn = this.#insist(peer, async () => {
      await this.#sent(withdrawJoin(this.#context, peer, tokenHash));
    });
    this.#track(withdrawn, peer, "a join that nobody waited for was not taken back");
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

  /** Whether a departure of this peer is being stored. */
  areStoring(peerId: PeerId): boolean {
    return this.#storing.has(peerId);
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
    this.#storing.set(peerId, (this.#storing.get(peerId) ?? 0) + 1);
    const underWay = work
      .catch((error: unknown) => this.#node.logger.error({ err: error, callId, peerId }, failure))
      .finally(() => {
        this.#underWay.delete(underWay);
        const left = (this.#storing.get(peerId) ?? 1) - 1;
        if (left === 0) this.#storing.delete(peerId);
        else this.#storing.set(peerId, left);
      });
    this.#underWay.add(underWay);
  }

  #storeConfirmation(peer: PeerSession): Promise<void> {
    return this.#insist(peer, () => confirmPeer(this.#node.connection, peer));
  }

  #storeLoss(peer: PeerSession, undelivered: readonly string[]): Promise<void> {
    return this.#insist(peer, async () => {
      if (await this.#sent(disconnectPeer(this.#context, peer, undelivered))) return;
      // It has left, or its call has ended.
      if (await isLatestClaim(this.#node.connection, peer)) return;
      // An earlier attempt, whose answer was lost: what was undelivered waited for the next claim.
      if (await isLossStored(this.#node.connection, peer)) return;
      this.#node.metrics.fenced.inc();
      // Another claim was stored first. It did not find on the socket what was still undelivered here.
      await this.#router.redeliver(peer, undelivered);
    });
  }

  /** Repeats what could not be stored: the database may be away, and whatever else it says must not lose a departure. */
  async #insist({ callId, peerId }: PeerSession, work: () => Promise<void>): Promise<void> {
    let failures = 0;
    for (let pauseMs = RETRY_MS; ; pauseMs = Math.min(MAX_RETRY_MS, 2 * pauseMs)) {
      try {
        return await work();
      } catch (error) {
        if (this.#isClosed) throw error;
        if (!(error instanceof DatabaseUnavailable)) {
          if (++failures === MAX_FAILURES) throw error;
          this.#node.logger.error({ err: error, callId, peerId, failures }, "a departure was not stored; trying again");
        }
      }
      await pause(pauseMs);
    }
  }
}
