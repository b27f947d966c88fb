import { BusUnavailable, DeadlineExceeded, NoResponders, RemoteFailure } from "@radist-tech/bus";
import { holdSignal } from "@radist-tech/calls";
import { isUnavailable } from "@radist-tech/db";
import type { Epoch, ErrorCode, NodeId } from "@radist-tech/protocol";
import { SignalHead, SignalOutcome, SUBJECTS } from "@radist-tech/protocol/bus";
import type { NodeContext } from "../node/context.ts";
import { createPeerLocator, type PeerLocator, type Target } from "./peer-locator.ts";

/** The node and the claim under which a target was last known. */
export interface Route {
  readonly nodeId: NodeId;
  readonly epoch: Epoch;
}

/** The sender, and the number of this signal among those it sent. */
export type Origin = SignalHead["origin"];

export interface Persistence {
  /** See {@link SignalRouter.patience}. */
  readonly isOver?: () => boolean;
  /**
   * Whether the sender has not been claimed by another socket: a signal of an earlier one must not arrive after those of a
   * later one. Both sides negotiate again after such a claim.
   */
  readonly isCurrent?: () => Promise<boolean>;
  /** Whether a signal without a known route waits for a database that is away; those behind it wait, too. Default: true */
  readonly waitsForDatabase?: boolean;
}

/** How long another node may take to answer, milliseconds. */
const ANSWER_MS = 1_000;

/** Routes signals to a peer wherever it is: on this node, on another one, or held in the database until it reconnects. */
export class SignalRouter {
  readonly #node: NodeContext;
  readonly #locator: PeerLocator;

  constructor(node: NodeContext) {
    this.#node = node;
    this.#locator = createPeerLocator(node);
  }

  /** Delivers a signal to a peer that is attached to this node right now, synchronously. */
  deliverHere({ callId, peerId }: Target, route: Route, frame: string, origin: Origin): boolean {
    const attached = this.#node.lease.isTrusted() ? this.#node.attachedPeers.get(peerId) : undefined;
    if (attached?.callId !== callId || attached.epoch !== route.epoch || !attached.isOpen) return false;
    attached.signal(frame, origin);
    this.#count("delivered_here");
    return true;
  }

  /**
   * How long a signal that has arrived now is worth trying: as long as the lease of a dead node may last.
   *
   * @param isHurried whether its sender waits for nothing any more
   * @returns whether that is over
   */
  patience(isHurried: () => boolean = () => false): () => boolean {
    const until = performance.now() + this.#node.limits.LEASE_MS + 2 * ANSWER_MS;
    return () => isHurried() || performance.now() >= until;
  }

  /**
   * Delivers or holds a signal even if the target moves in the meantime.
   *
   * @param known where the target was last known; without it the database is asked
   * @returns the error to send to the sender, if it failed
   */
  async deliver(
    target: Target,
    origin: Origin,
    known: Route | undefined,
    frame: string,
    { isOver = this.patience(), isCurrent, waitsForDatabase = true }: Persistence = {},
  ): Promise<ErrorCode | undefined> {
    let route = known;
    let mayBeHeld = false;
    for (let round = 1; ; round++) {
      if (isCurrent && !(await isCurrent())) return this.#refuse("peer_not_connected");
      const offered = route ? await this.#offer(target, origin, route, frame) : "not_here";
      if (offered === "delivered") return undefined;
      // A node that answers has just let the peer go. Of silent ones there can be very many, when the bus is away.
      if (offered === "silent" || round > 1) {
        if (isOver()) return this.#refuse("peer_not_connected");
        const seen = await this.#locator.find(target);
        if (seen?.isConnected) route = seen;
        if (seen?.isConnected !== false) continue;
      }
      const held = await this.#hold(target, origin, frame, mayBeHeld);
      if (held === "held") return undefined;
      if (typeof held === "string") return this.#refuse(held);
      if (!held && !route && !waitsForDatabase) return this.#refuse("peer_not_connected");
      // The database may have stored it, and only its answer was lost.
      mayBeHeld ||= held === undefined;
      route = held ?? route;
    }
  }

  /** Delivers what a socket may not have received to wherever its peer is now, in order. */
  async redeliver(
    { callId, peerId, epoch }: Target & { readonly epoch: Epoch },
    frames: readonly string[],
  ): Promise<void> {
    for (const [count, frame] of frames.entries()) {
      const refused = await this.deliver({ callId, peerId }, { peerId, epoch, count }, undefined, frame);
      if (refused === undefined) continue;
      this.#node.logger.warn(
        { callId, peerId, code: refused, left: frames.length - count },
        "signals were lost with their socket",
      );
      return;
    }
  }

  /** Answers another node that sends a signal for a peer here. */
  async handle(data: Uint8Array): Promise<Uint8Array> {
    const text = Buffer.from(data).toString();
    const lineEnd = text.indexOf("\n");
    const head = SignalHead.parse(JSON.parse(text.slice(0, lineEnd)));
    return Buffer.from(await this.#accept(head, text.slice(lineEnd + 1)));
  }

  #accept(head: SignalHead, frame: string): Promise<SignalOutcome> {
    // After having been frozen, this node may be asked for peers that others have taken over.
    if (!this.#node.lease.isTrusted()) return Promise.resolve("not_here");
    return new Promise((resolve) => {
      this.#node.attachedPeers.arrive(head.to, head.epoch, (attached) => {
        if (attached?.callId !== head.callId || !attached.isOpen) return resolve("not_here");
        attached.signal(frame, head.origin);
        resolve("delivered");
      });
    });
  }

  /** @returns `silent` when the node of the route cannot be reached */
  async #offer(target: Target, origin: Origin, route: Route, frame: string): Promise<SignalOutcome | "silent"> {
    const { bus, lease, attachedPeers, logger } = this.#node;
    if (route.nodeId === lease.nodeId) {
      return new Promise((resolve) =>
        attachedPeers.arrive(target.peerId, route.epoch, () =>
          resolve(this.deliverHere(target, route, frame, origin) ? "delivered" : "not_here"),
        ),
      );
    }
    const head: SignalHead = { callId: target.callId, to: target.peerId, epoch: route.epoch, origin };
    try {
      const answer = await bus.request(
        SUBJECTS.signals(route.nodeId),
        Buffer.from(`${JSON.stringify(head)}\n${frame}`),
        {
          deadlineMs: ANSWER_MS,
        },
      );
      const outcome = SignalOutcome.parse(Buffer.from(answer).toString());
      if (outcome === "delivered") this.#count("delivered_there");
      return outcome;
    } catch (error) {
      if (!isSilence(error)) throw error;
      logger.debug({ err: error, nodeId: route.nodeId, peerId: target.peerId }, "the node of a peer is silent");
      return "silent";
    }
  }

  /** @returns nothing when the database is away */
  async #hold(
    target: Target,
    origin: Origin,
    frame: string,
    mayBeHeld: boolean,
  ): Promise<"held" | "peer_not_found" | "peer_not_connected" | Route | undefined> {
    const { connection, limits } = this.#node;
    try {
      const held = await holdSignal(connection, target, frame, {
        messages: limits.HELD_MESSAGES,
        bytes: limits.HELD_BYTES,
        mayBeHeld,
        // What a lost socket of the target itself leaves behind is of an earlier claim by nature.
        ...(origin.peerId !== target.peerId && { sender: origin }),
      });
      switch (held.outcome) {
        case "connected":
          return held;
        case "gone":
          return "peer_not_found";
        case "full":
        case "superseded":
          return "peer_not_connected";
        case "held":
          this.#count("held");
          return "held";
      }
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      return undefined;
    }
  }

  #refuse(refused: "peer_not_found" | "peer_not_connected"): ErrorCode {
    this.#count(refused);
    return refused;
  }

  #count(outcome: string): void {
    this.#node.metrics.signals.inc({ outcome });
  }
}

const isSilence = (error: unknown): boolean =>
  error instanceof NoResponders ||
  error instanceof DeadlineExceeded ||
  error instanceof BusUnavailable ||
  error instanceof RemoteFailure;
