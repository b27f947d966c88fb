/**
 * Who yields, and which signals still count: the pure half of W3C perfect negotiation
 * (https://w3c.github.io/webrtc-pc/#perfect-negotiation-example), with one addition.
 *
 * Every RTCPeerConnection has a random *session* id. A description or candidate carries its sender's `session`, and as
 * `to` the session that it answers, once known. A page that reloads keeps its peer id and gets a new session: by this
 * the other side learns that its RTCPeerConnection is talking to nobody, and either side drops what belongs to an
 * earlier one. A peer with another SDK sends neither field; its DTLS fingerprint, which is new for each of its
 * RTCPeerConnections, then serves as its session.
 *
 * A socket that dies takes with it what was sent last, and neither side can know what that was. So offers are counted
 * (`offer`), an answer names the offer that it answers, and after a reconnect both sides repeat what may be outstanding:
 * a repeated offer is not applied twice, an answer to another offer not at all.
 */

/** A signal as it came, read. */
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

/** Reads what another peer sent; it may be anything. Undefined for a signal that is none of ours. */
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
      // Null and "" both say that there are no more.
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

/** Where one RTCPeerConnection stands when a signal is looked at; no operation of it is under way then. */
export interface NegotiationState {
  readonly polite: boolean;
  readonly session: string;
  /** Whether this side prepares, or has made, an offer. */
  readonly begun: boolean;
  /** The other side's session, once one of its descriptions was accepted. */
  readonly remoteSession: string | undefined;
  readonly signalingState: RTCSignalingState;
  /** The number of our last offer. */
  readonly ownOffer: number;
  /** The number of the last offer of the other side that was taken. */
  readonly takenOffer: number | undefined;
}

/**
 * What to do with a description. `apply`; `ignore`: the other side will yield to our offer; `stale`: it belongs to
 * what is over; `repeated`: the other side missed our answer; `renew`: apply it to a new RTCPeerConnection, since the
 * other side started afresh, or since both made a first offer. (Rolling the first offer back would do too, but Chromium
 * sometimes gathers no candidates for the answer then, and what was added for the offer would stay.) `restart`: each
 * side has taken an offer of a page of the other one that is gone; a new RTCPeerConnection makes the first offer.
 */
export type Verdict = "apply" | "ignore" | "stale" | "repeated" | "renew" | "restart";

export function judgeDescription(
  state: NegotiationState,
  description: Omit<IncomingDescription, "kind" | "sdp">,
): Verdict {
  if (description.to !== undefined && description.to !== state.session) {
    // While our own first offer is out, the other side will learn by it.
    return description.type === "offer" && state.remoteSession !== undefined ? "restart" : "stale";
  }
  const foreign = state.remoteSession !== undefined && description.session !== state.remoteSession;
  if (description.type === "answer") {
    const toLastOffer = description.offer === undefined || description.offer === state.ownOffer;
    return state.signalingState === "have-local-offer" && toLastOffer && !foreign ? "apply" : "stale";
  }
  if (foreign) return "renew";
  if (description.offer !== undefined && description.offer === state.takenOffer) return "repeated";
  if (state.remoteSession === undefined) return !state.begun ? "apply" : state.polite ? "renew" : "ignore";
  return state.signalingState === "stable" || state.polite ? "apply" : "ignore";
}

/** `hold` until a description came; `drop` what belongs to another session. */
export function judgeCandidate(
  state: Pick<NegotiationState, "session" | "remoteSession">,
  signal: { session: string | undefined; to: string | undefined },
): "apply" | "hold" | "drop" {
  if (signal.to !== undefined && signal.to !== state.session) return "drop";
  if (state.remoteSession === undefined) return "hold";
  return signal.session === undefined || signal.session === state.remoteSession ? "apply" : "drop";
}
