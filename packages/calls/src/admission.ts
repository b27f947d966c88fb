import type { Connection, Transaction } from "@radist-tech/db";
import { type PeerId, type ProjectId, type ReconnectToken, Refusal } from "@radist-tech/protocol";
import { advanceCalls, type CallInput } from "./advance.ts";
import type { CallLimits, OwnerNode, Peer } from "./call.ts";
import type { LockedCalls } from "./load.ts";
import { openPeerSession } from "./sessions.ts";
import type { CallEvent, DoneStep } from "./step.ts";

/** A stored step that gave a socket its peer. */
export interface Admitted extends DoneStep {
  readonly peer: Peer;
  /** The peer's session in the usage ledger. */
  readonly sessionId: string;
  /** Proves this peer at its next reconnection. */
  readonly reconnectToken: ReconnectToken;
}

/** Who admits a peer, and to what. */
export interface AdmissionContext<Result> {
  readonly connection: Connection;
  readonly projectId: ProjectId;
  readonly ownerNode: OwnerNode;
  readonly limits: CallLimits;
  /** Called when the admission was stored after its caller had given up. */
  readonly onLate: (admitted: Result) => void;
  /**
   * Whether the client still waits for its admission. One that has tried again on another socket must not lose that to an
   * attempt which it has given up. Default: yes
   */
  readonly isWanted?: () => boolean;
}

type AdmissionInput = CallInput & { readonly event: Extract<CallEvent, { type: "join" | "reconnect" | "rejoin" }> };

/**
 * Stores the step that seats a peer, and begins its usage session with it.
 *
 * @param superseded the peer's earlier socket was connected until now; `silentMs` since that was last heard, as far as
 *   this node knows
 * @throws {Refusal} what the call refuses it for
 */
export async function admitPeer(
  tx: Transaction,
  locked: LockedCalls,
  input: AdmissionInput,
  limits: CallLimits,
  superseded?: { readonly silentMs: number },
): Promise<Omit<Admitted, "reconnectToken">> {
  const { peerId } = input.event;
  let sessionId: string | undefined;
  const [step] = await advanceCalls(tx, locked, [input], limits, async ([next]) => {
    if (next?.outcome === "refused") throw new Refusal(next.code);
    if (next?.outcome === "done") sessionId = await openPeerSession(tx, next.call, peerOf(next, peerId), superseded);
  });
  if (step?.outcome !== "done" || sessionId === undefined) throw new Error(`A ${input.event.type} changed nothing.`);
  return { ...step, peer: peerOf(step, peerId), sessionId };
}

function peerOf({ call }: DoneStep, peerId: PeerId): Peer {
  const peer = call.peers.find((candidate) => candidate.peerId === peerId);
  if (!peer) throw new Error("An admission seated nobody.");
  return peer;
}
