import { locatePeers, nameOfPeer, type Peer } from "@radist-tech/calls";
import { isUnavailable } from "@radist-tech/db";
import type { CallSnapshot } from "@radist-tech/protocol";
import { Release, Released, SUBJECTS } from "@radist-tech/protocol/bus";
import type { NodeContext } from "../node/context.ts";
import type { SignalRouter } from "../signals/signal-router.ts";
import type { AttachedPeer } from "../socket/attached-peer.ts";

/** How long the node of an earlier socket may take to release it, milliseconds. */
const RELEASE_MS = 1_000;

/** How long that node waits for a socket that is itself being admitted: its answer has to be in time. */
const ARRIVAL_MS = 700;

/** What fits into one message of the bus in any case (NATS: 1 MiB), written as JSON within JSON. */
const MAX_ANSWER_LENGTH = 256 * 1024;

/** Ends the socket that a peer had before another one claimed it. */
export class Takeover {
  readonly #node: NodeContext;
  readonly #router: SignalRouter;

  constructor(node: NodeContext, router: SignalRouter) {
    this.#node = node;
    this.#router = router;
  }

  /** @returns signals that the earlier socket may not have received, in order */
  async takeOver(earlier: Peer, call: CallSnapshot): Promise<readonly string[]> {
    const { bus, lease, logger } = this.#node;
    const { nodeId } = earlier.ownerNode;
    const release: Release = { callId: call.callId, peerId: earlier.peerId, epoch: earlier.epoch, call };
    if (nodeId === lease.nodeId) return this.#release(release);
    try {
      const answer = await bus.request(SUBJECTS.releases(nodeId), Buffer.from(JSON.stringify(release)), {
        deadlineMs: RELEASE_MS,
      });
      return Released.parse(JSON.parse(Buffer.from(answer).toString())).frames;
    } catch (error) {
      // The claim is stored: a node that misses this request finds out when it next compares with the database.
      logger.info({ err: error, nodeId, peerId: earlier.peerId }, "the earlier node of a peer did not answer");
      return [];
    }
  }

  /** Answers another node that has claimed a peer from this one. */
  async handle(data: Uint8Array): Promise<Uint8Array> {
    const release = Release.parse(JSON.parse(Buffer.from(data).toString()));
    const answerBy = performance.now() + ARRIVAL_MS;
    const isClaimed = await this.#isClaimedElsewhere(release);
    const options = { maxLength: MAX_ANSWER_LENGTH, withinMs: answerBy - performance.now() };
    const frames = isClaimed ? await this.#release(release, options) : [];
    return Buffer.from(JSON.stringify({ frames } satisfies Released));
  }

  /** What the bus says is a hint: the peer is released if the database says that its claim here is over. */
  async #isClaimedElsewhere({ callId, peerId, epoch }: Release): Promise<boolean> {
    const { connection, lease, logger } = this.#node;
    try {
      const location = (await locatePeers(connection, [{ callId, peerId }])).get(nameOfPeer({ callId, peerId }));
      if (!location?.isConnected || location.epoch > epoch) return true;
      logger.warn({ callId, peerId, epoch }, "a peer was to be released that nobody has claimed");
      return false;
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      logger.warn({ err: error, callId, peerId }, "whether a peer was claimed could not be read in the database");
      // The comparison finds out later; a node without a lease does not wait for it.
      return !lease.holds();
    }
  }

  /** The earlier socket may itself still be in admission; it is released as soon as it is attached. */
  #release(
    { callId, peerId, epoch, call }: Release,
    { maxLength = Number.POSITIVE_INFINITY, withinMs = ARRIVAL_MS } = {},
  ): Promise<string[]> {
    return new Promise((resolve) => {
      let isLate = withinMs <= 0;
      const giveUp = setTimeout(() => {
        isLate = true;
        resolve([]);
      }, withinMs);
      this.#node.attachedPeers.arrive(peerId, epoch, (attached) => {
        clearTimeout(giveUp);
        if (attached?.callId !== callId) return resolve([]);
        this.#node.attachedPeers.remove(attached);
        attached.release("superseded", call);
        const frames = attached.takeUnconfirmed();
        const length = frames.reduce((sum, frame) => sum + frame.length, 0);
        const isForwarded = isLate || length > maxLength;
        if (isForwarded) this.#forward(attached, frames);
        resolve(isForwarded ? [] : frames);
      });
    });
  }

  /** The claim that asked does not wait for them any more: it gets them one by one. */
  #forward(attached: AttachedPeer, frames: readonly string[]): void {
    const { callId, peerId } = attached;
    this.#router
      .redeliver(attached, frames)
      .catch((error: unknown) =>
        this.#node.logger.error({ err: error, callId, peerId }, "signals were lost with their socket"),
      );
  }
}
