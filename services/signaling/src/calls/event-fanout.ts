import { BusUnavailable } from "@radist-tech/bus";
import type { Peer, Stored } from "@radist-tech/calls";
import { toMessages, view } from "@radist-tech/calls";
import type { CallId, P2PServerMessage } from "@radist-tech/protocol";
import { CallNotification, type CallView, SUBJECTS } from "@radist-tech/protocol/bus";
import type { NodeContext } from "../node/context.ts";
import type { AttachedPeer } from "../socket/attached-peer.ts";
import type { Reconciler } from "./reconciler.ts";

/** Tells the others in a call what a stored step changed: on this node directly, on others by the bus. */
export class EventFanout {
  readonly #node: NodeContext;
  readonly #reconciler: Reconciler;
  /** Calls with a peer that could not be told because the bus was away. */
  readonly #unsent = new Map<CallId, Peer>();

  constructor(node: NodeContext, reconciler: Reconciler) {
    this.#node = node;
    this.#reconciler = reconciler;
  }

  send({ call, notify }: Stored): void {
    const known = view(call);
    for (const { to, events } of notify) this.#deliver(call.callId, to, known, toMessages(call, events));
  }

  /** Takes what another node's step tells to a peer here. */
  handle(data: Uint8Array): void {
    const event = CallNotification.parse(JSON.parse(Buffer.from(data).toString()));
    this.#node.attachedPeers.arrive(
      event.to,
      event.epoch,
      (attached) => attached && this.#apply(attached, event.view, event.messages),
    );
  }

  /** The bus is back: those who missed something are nudged with a version that they do not know. */
  resend(): void {
    const unsent = [...this.#unsent];
    this.#unsent.clear();
    for (const [callId, to] of unsent) this.#deliver(callId, to, { version: Number.MAX_SAFE_INTEGER, peers: [] }, []);
  }

  #deliver(callId: CallId, to: Peer, known: CallView, messages: P2PServerMessage[]): void {
    const { attachedPeers, bus, lease, logger } = this.#node;
    if (to.ownerNode.nodeId === lease.nodeId) {
      attachedPeers.arrive(to.peerId, to.epoch, (attached) => attached && this.#apply(attached, known, messages));
      return;
    }
    const event: CallNotification = { callId, to: to.peerId, epoch: to.epoch, view: known, messages };
    try {
      bus.publish(SUBJECTS.callEvents(to.ownerNode.nodeId), Buffer.from(JSON.stringify(event)));
    } catch (error) {
      if (!(error instanceof BusUnavailable)) throw error;
      this.#unsent.set(callId, to);
      logger.warn({ callId, peerId: to.peerId, nodeId: to.ownerNode.nodeId }, "the bus is away; a peer is told later");
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
