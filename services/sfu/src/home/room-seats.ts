import type { PeerId, ProjectId } from "@radist-tech/protocol";
import {
  type Admitted,
  type Evicted,
  freeSeat,
  type HomeClaim,
  type Joined,
  keepSeat,
  type LeftReason,
  type PresentPeer,
  releaseHome,
  resumeSeat,
  takeSeat,
} from "@radist-tech/rooms";
import { asNode, type NodeContext } from "../node/context.ts";
import { RetriedWrites } from "./retried-writes.ts";

/** What proves that a client may have a seat. */
export interface Credentials {
  readonly projectId: ProjectId;
  /** SHA-256 of the room token, or of the resume token. */
  readonly tokenHash: Uint8Array;
  /** SHA-256 of the attempt that the client named; null: it named none, or resumes. */
  readonly attemptHash: Uint8Array | null;
}

interface TakeOptions {
  readonly canResume: boolean;
  /** Whether this home has a peer's media. */
  readonly isLive: (peerId: PeerId) => boolean;
  /** Called when a repeated join was stored after the caller had given up. */
  readonly onLateAgain: (peerId: PeerId) => void;
  /** Called with each peer that lost its seat to a join that was stored after the caller had given up. */
  readonly onLateEvicted: (evicted: Evicted) => void;
}

/** The claim on a room, and the seats under it: what is stored of one peer is stored in order. */
export class RoomSeats {
  readonly claim: HomeClaim;
  readonly #node: NodeContext;
  readonly #writes: RetriedWrites;
  /** The last write of each peer that has one under way. */
  readonly #last = new Map<PeerId, Promise<void>>();

  /** @param onFenced another claim came after this one */
  constructor(node: NodeContext, claim: HomeClaim, onFenced: () => void) {
    this.#node = node;
    this.claim = claim;
    this.#writes = new RetriedWrites(node.logger.child({ roomId: claim.roomId }), onFenced);
  }

  /** @throws {Refusal} | {Fenced} | {DatabaseUnavailable} */
  take(
    peerId: PeerId,
    { projectId, tokenHash, attemptHash }: Credentials,
    { canResume, isLive, onLateAgain, onLateEvicted }: TakeOptions,
  ): Promise<Joined> {
    return takeSeat(this.#node.connection, this.claim, {
      projectId,
      peerId,
      tokenHash,
      attemptHash,
      canResume,
      isLive,
      node: asNode(this.#node),
      onLate: (late) => {
        for (const evicted of late.evicted) onLateEvicted(evicted);
        if (late.isAgain) onLateAgain(late.peerId);
        else void this.giveBack(peerId, tokenHash);
      },
    });
  }

  /** Frees the seat of a newcomer that was never told of it; its token can be used again. */
  giveBack(peerId: PeerId, tokenHash: Uint8Array): Promise<void> {
    return this.#write(peerId, () =>
      freeSeat(this.#node.connection, this.claim, {
        peerId,
        reason: "withdrawn",
        lastHeardAt: Number.NEGATIVE_INFINITY,
        reuse: tokenHash,
      }),
    );
  }

  /**
   * The loss of an earlier socket that is noticed during this is stored afterwards, when the peer is back.
   *
   * @param isLive whether this home has the peer's media
   * @param onLate called when the resumption was stored after the caller had given up
   * @throws {Refusal} | {Fenced} | {DatabaseUnavailable}
   */
  resume(
    peerId: PeerId,
    { projectId, tokenHash }: Credentials,
    { isLive, onLate }: { readonly isLive: () => boolean; readonly onLate: () => void },
  ): Promise<Admitted> {
    const node = asNode(this.#node);
    const resuming = this.#earlier(peerId).then(() =>
      resumeSeat(this.#node.connection, this.claim, { projectId, peerId, tokenHash, node, isLive, onLate }),
    );
    this.#follow(
      peerId,
      resuming.then(
        () => {},
        () => {},
      ),
    );
    return resuming;
  }

  /** Keeps the seat of a peer whose socket was lost, unless it has another one by the time that this can be stored. */
  keep(peerId: PeerId, isLost: () => boolean): void {
    const windowMs = this.#node.limits.RESUME_WINDOW_MS;
    void this.#write(peerId, async () => {
      if (isLost()) await keepSeat(this.#node.connection, this.claim, { peerId, windowMs });
    });
  }

  /** @param lastHeardAt monotonic milliseconds; minus infinity when the peer never was here */
  free(peerId: PeerId, reason: LeftReason, lastHeardAt: number): void {
    void this.#write(peerId, async () => {
      // The end of its tracks comes before its own.
      await this.#node.trackJournal.written(this.claim.roomId);
      await freeSeat(this.#node.connection, this.claim, { peerId, reason, lastHeardAt });
    });
  }

  /** Gives the room up, once everything before is stored. */
  async release(present: readonly PresentPeer[], reason: "moved" | "terminated"): Promise<void> {
    const { connection, limits, trackJournal } = this.#node;
    await this.stored();
    await this.#writes.store(async () => {
      await trackJournal.written(this.claim.roomId);
      await releaseHome(connection, this.claim, { windowMs: limits.RESUME_WINDOW_MS, present, reason });
    });
  }

  /** Whether something of this peer is being stored. */
  areStoring(peerId: PeerId): boolean {
    return this.#last.has(peerId);
  }

  /** Resolves when nothing is being stored. */
  stored(): Promise<void> {
    return this.#writes.settled();
  }

  #write(peerId: PeerId, work: () => Promise<void>): Promise<void> {
    const earlier = this.#earlier(peerId);
    const written = this.#writes.store(() => earlier.then(work));
    this.#follow(peerId, written);
    return written;
  }

  #earlier(peerId: PeerId): Promise<void> {
    return this.#last.get(peerId) ?? Promise.resolve();
  }

  #follow(peerId: PeerId, write: Promise<void>): void {
    const forget = (): void => {
      if (this.#last.get(peerId) === settled) this.#last.delete(peerId);
    };
    const settled = write.then(forget);
    this.#last.set(peerId, settled);
  }
}
