import { BusUnavailable } from "@radist-tech/bus";
import { type DoneStep, type Peer, toMessages, view } from "@radist-tech/calls";
import type { CallId, P2PServerMessage } from "@radist-tech/protocol";
import { CallNotification, type CallView, SUBJECTS } from "@radist-tech/protocol/bus";
import type { NodeContext } from "../node/context.ts";
import type { AttachedPeer } from "../socket/attached-peer.ts";
import type { Reconciler } from "./reconciler.ts";

/** Sends what a stored step changed to the other peers of the call: on this node directly, on others by the bus. */
export class EventFanout {
  readonly #node: NodeContext;
  readonly #reconciler: Reconciler;
  /** Calls with a peer that could not be notified because the bus was away. */
  readonly #unsent = new Map<CallId, Peer>();

  constructor(node: NodeContext, reconciler: Reconciler) {
    this.#node = node;
    this.#reconciler = reconciler;
  }

  send({ call, notify }: DoneStep): void {
    const known = view(call);
    for (const { to, events } of notify) this.#deliver(call.callId, to, known, toMessages(call, events));
  }

  /** Handles what another node's step sends to a peer here. */
  handle(data: Uint8Array): void {
    const notification = CallNotification.parse(JSON.parse(Buffer.from(data).toString()));
    const { callId, to, epoch, view: known, messages } = notification;
    this.#node.attachedPeers.arrive(to, epoch, (attached) => {
      if (attached?.callId === callId) this.#apply(attached, known, messages);
    });
  }

  /** The bus is back: peers that missed something get a version that they do not know, and are reconciled. */
  resend(): void {
    const unsent = [...this.#unsent];
    this.#unsent.clear();
    for (const [callId, to] of unsent) this.#deliver(callId, to, { version: Number.MAX_SAFE_INTEGER, peers: [] }, []);
  }

  #deliver(callId: CallId, to: Peer, known: CallView, messages: P2PServerMessage[]): void {
    const { attachedPeers, bus, lease, logger } = this.#node;
    const { peerId, epoch, ownerNode } = to;
    if (ownerNode.nodeId === lease.nodeId) {
      attachedPeers.arrive(peerId, epoch, (attached) => attached && this.#apply(attached, known, messages));
      return;
    }
    const notification: CallNotification = { callId, to: peerId, epoch, view: known, messages };
    try {
      bus.publish(SUBJECTS.callEvents(ownerNode.nodeId), Buffer.from(JSON.stringify(notification)));
    } catch (error) {
      if (!(error instanceof BusUnavailable)) throw error;
      this.#unsent.set(callId, to);
      logger.warn({ callId, peerId, nodeId: ownerNode.nodeId }, "the bus is away; a peer will be notified later");
    }
  }

  #apply(attached: AttachedPeer, known: CallView, messages: P2PServerMessage[]): void {
    if (known.version <= attached.view.version) return;
    if (known.version > attached.view.version + 1) {
      this.#reconciler.reconcile(attached);
      return;
    }
    attached.view = known;
    for (const message of messages) attached.send(message);
  }
}
