/**
 * Which side yields, and which signals are still valid: the pure half of W3C perfect negotiation
 * (https://w3c.github.io/webrtc-pc/#perfect-negotiation-example), with two additions.
 *
 * Every RTCPeerConnection has a random *session* id. A description or candidate carries its sender's `session`, and in
 * `to` the session that it is meant for, once known. A page that reloads keeps its peer id and gets a new session. From
 * this the other side learns that its RTCPeerConnection has lost its counterpart, and both sides drop signals of earlier
 * sessions. A peer with another SDK sends neither field; its DTLS fingerprint, which is new for each of its
 * RTCPeerConnections, then serves as its session.
 *
 * The last messages on a socket that dies are lost, and neither side knows which. Therefore offers are numbered
 * (`offer`), an answer names the offer that it answers, and after a reconnect both sides repeat what may be outstanding:
 * a repeated offer is not applied twice, and an answer to another offer is not applied at all.
 */

/** A signal of the other peer. */
export type IncomingSignal = IncomingDescription | IncomingCandidate;

export interface IncomingDescription {
  readonly kind: "description";
  readonly type: "offer" | "answer";
  readonly sdp: string;
  readonly session: string;
  readonly to: string | undefined;
  readonly offer: number | undefined;
}

export interface IncomingCandidate {
  readonly kind: "candidate";
  readonly candidate: RTCIceCandidateInit;
  readonly session: string | undefined;
  readonly to: string | undefined;
}

/** Whether this side yields when both offer at once. Exactly one of two peers is polite. */
export function isPolite(ownPeerId: string, remotePeerId: string): boolean {
  return ownPeerId < remotePeerId;
}

/** Reads what another peer sent, which may be anything. Undefined for signals of other programs. */
export function readSignal(signalType: string, payload: unknown): IncomingSignal | undefined {
  const fields: Record<string, unknown> = typeof payload === "object" && payload !== null ? { ...payload } : {};
  const session = text(fields.session);
  const to = text(fields.to);
  if (signalType === "offer" || signalType === "answer") {
    const sdp = text(fields.sdp);
    if (sdp === undefined) return undefined;
    const offer = typeof fields.offer === "number" ? fields.offer : undefined;
    return { kind: "description", type: signalType, sdp, session: session ?? fingerprint(sdp), to, offer };
  }
  if (signalType === "ice-candidate") {
    const candidate: RTCIceCandidateInit = {
      // Null and "" both mean that there are no more.
      candidate: text(fields.candidate) ?? "",
      sdpMid: text(fields.sdpMid) ?? null,
      sdpMLineIndex: typeof fields.sdpMLineIndex === "number" ? fields.sdpMLineIndex : null,
      usernameFragment: text(fields.usernameFragment) ?? null,
    };
    return { kind: "candidate", candidate, session, to };
  }
  return undefined;
}

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

const fingerprint = (sdp: string): string => /^a=fingerprint:(.*)$/m.exec(sdp)?.[1]?.trim() ?? "";

/** The state of one RTCPeerConnection when a signal is judged; none of its operations is in progress then. */
export interface NegotiationState {
  readonly isPolite: boolean;
  readonly session: string;
  /** Whether this side is preparing, or has made, an offer. */
  readonly hasStarted: boolean;
  /** The other side's session, once one of its descriptions was accepted. */
  readonly remoteSession: string | undefined;
  readonly signalingState: RTCSignalingState;
  /** The number of our last offer. */
  readonly ownOffer: number;
  /** The number of the last offer of the other side that was applied. */
  readonly appliedOffer: number | undefined;
}

/**
 * What to do with a description:
 * - `apply` it.
 * - `ignore`: the other side will yield to our offer.
 * - `stale`: it belongs to a session or an offer that is over.
 * - `repeated`: it was applied before; the other side missed our answer.
 * - `renew`: apply it to a new RTCPeerConnection, since the other side has a new session, or since both sides made a first
 *   offer. (A rollback of the first offer would do too, but Chromium sometimes gathers no candidates for the answer then,
 *   and what was added for the offer would stay.)
 * - `restart`: each side has applied an offer of an earlier page of the other side; a new RTCPeerConnection makes the first
 *   offer.
 */
export type Verdict = "apply" | "ignore" | "stale" | "repeated" | "renew" | "restart";

export function judgeDescription(
  state: NegotiationState,
  description: Omit<IncomingDescription, "kind" | "sdp">,
): Verdict {
  if (description.to !== undefined && description.to !== state.session) {
    // While our first offer is on its way, the other side will learn from it.
    return description.type === "offer" && state.remoteSession !== undefined ? "restart" : "stale";
  }
  const foreign = state.remoteSession !== undefined && description.session !== state.remoteSession;
  if (description.type === "answer") {
    const toLastOffer = description.offer === undefined || description.offer === state.ownOffer;
    return state.signalingState === "have-local-offer" && toLastOffer && !foreign ? "apply" : "stale";
  }
  if (foreign) return "renew";
  if (description.offer !== undefined && description.offer === state.appliedOffer) return "repeated";
  if (state.remoteSession === undefined) return !state.hasStarted ? "apply" : state.isPolite ? "renew" : "ignore";
  return state.signalingState === "stable" || state.isPolite ? "apply" : "ignore";
}

/** `hold` it until a description has arrived; `drop` what belongs to another session. */
export function judgeCandidate(
  state: Pick<NegotiationState, "session" | "remoteSession">,
  signal: { session: string | undefined; to: string | undefined },
): "apply" | "hold" | "drop" {
  if (signal.to !== undefined && signal.to !== state.session) return "drop";
  if (state.remoteSession === undefined) return "hold";
  return signal.session === undefined || signal.session === state.remoteSession ? "apply" : "drop";
}
