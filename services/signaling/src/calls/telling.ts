import { BusUnavailable } from "@radist-tech/bus";
import type { Peer, Stored } from "@radist-tech/calls";
import { toMessages, view } from "@radist-tech/calls";
import type { CallId, P2PServerMessage } from "@radist-tech/protocol";
import { CallEvent, type CallView, SUBJECTS } from "@radist-tech/protocol/bus";
import type { NodeContext } from "../node/context.ts";
import type { Seat } from "../socket/seat.ts";
import type { Catching } from "./catching.ts";

/** Tells the others in a call what a stored step changed: on this node directly, on others by the bus. */
export class Telling {
  readonly #node: NodeContext;
  readonly #catching: Catching;
  /** Calls with a peer that could not be told because the bus was away. */
  readonly #untold = new Map<CallId, Peer>();

  constructor(node: NodeContext, catching: Catching) {
    this.#node = node;
    this.#catching = catching;
  }

  tell({ call, tell }: Stored): void {
    const known = view(call);
    for (const { to, news } of tell) this.#send(call.callId, to, known, toMessages(call, news));
  }

  /** Takes what another node's step tells to a peer here. */
  receive(data: Uint8Array): void {
    const event = CallEvent.parse(JSON.parse(Buffer.from(data).toString()));
    this.#node.seats.arrive(event.to, event.epoch, (seat) => seat && this.#hear(seat, event.view, event.messages));
  }

  /** The bus is back: those who missed something are nudged with a version that they do not know. */
  retell(): void {
    const untold = [...this.#untold];
    this.#untold.clear();
    for (const [callId, to] of untold) this.#send(callId, to, { version: Number.MAX_SAFE_INTEGER, peers: [] }, []);
  }

  #send(callId: CallId, to: Peer, known: CallView, messages: P2PServerMessage[]): void {
    const { seats, bus, lease, logger } = this.#node;
    if (to.home.nodeId === lease.nodeId) {
      seats.arrive(to.peerId, to.epoch, (seat) => seat && this.#hear(seat, known, messages));
      return;
    }
    const event: CallEvent = { callId, to: to.peerId, epoch: to.epoch, view: known, messages };
    try {
      bus.publish(SUBJECTS.callEvents(to.home.nodeId), Buffer.from(JSON.stringify(event)));
    } catch (error) {
      if (!(error instanceof BusUnavailable)) throw error;
      this.#untold.set(callId, to);
      logger.warn({ callId, peerId: to.peerId, nodeId: to.home.nodeId }, "the bus is away; a peer is told later");
    }
  }

  #hear(seat: Seat, known: CallView, messages: P2PServerMessage[]): void {
    if (known.version <= seat.view.version) return;
    if (known.version > seat.view.version + 1) {
      this.#catching.catchUp(seat);
      return;
    }
    seat.view = known;
    for (const message of messages) seat.tell(message);
  }
}
