import type { IceFailureReason } from "@radist-tech/protocol";

/**
 * Why media has no path:
 *
 * - `offline`: the platform cannot be reached either.
 * - `no_candidates`: the browser offers no address at all, by a policy or an extension, or has no network.
 * - `no_remote_candidates`: the other side offers none; what blocks the path is there.
 * - `turn_unreachable`, `turn_unauthorized`, `turn_refused`: no TURN server relays. It does not answer, or does not accept
 *   the credentials, or refuses for another reason, such as its quota.
 * - `relay_failed`: a TURN server is ready to relay, and nothing comes back through it.
 * - `udp_blocked`: no TURN server is configured, and no STUN server can be reached, which takes UDP.
 * - `no_relay`: no TURN server is configured, and the direct path is blocked.
 * - `server_unreachable`: of a room, without a TURN server: the media server does not answer, by UDP or by TCP.
 * - `dtls_failed`: there is a path, but encryption could not be agreed on: something in between interferes.
 * - `path_lost`: a path that worked does not any more.
 */
export type PathFailureReason = Exclude<IceFailureReason, "unknown"> | "offline";

/** What kind of address a candidate is (RFC 8445, section 5.1.1). */
export interface CandidateKind {
  /** `host`: of the device. `srflx`, `prflx`: as seen by a STUN server, or by the other side. `relay`: of a TURN server. */
  readonly type: "host" | "srflx" | "prflx" | "relay";
  readonly protocol: "udp" | "tcp";
  /** How the TURN server is reached. Of own relays, where the browser tells. */
  readonly relayProtocol?: "udp" | "tcp" | "tls";
}

/** How many candidates of a kind there are. */
export interface CandidateCount extends CandidateKind {
  readonly count: number;
}

/** Two candidates that were, or are to be, tried together. */
export interface CandidatePair {
  readonly local: CandidateKind;
  readonly remote: CandidateKind;
  readonly state: RTCStatsIceCandidatePairState;
  readonly isSelected: boolean;
  /** Connectivity checks, and their answers. Undefined where the browser does not count them. */
  readonly requestsSent: number | undefined;
  readonly responsesReceived: number | undefined;
  readonly roundTripTimeMs: number | undefined;
}

/** What came of asking a STUN or TURN server. */
export interface IceServerOutcome {
  /** As configured. */
  readonly url: string;
  /**
   * `silent`: neither a candidate nor an error came of it, yet: a STUN server may have answered with an address that is known
   * without it. Firefox reports no errors, so that all that fails is silent there.
   */
  readonly outcome: "answered" | "refused" | "unreachable" | "silent";
  /** What the browser said (`icecandidateerror`). The code is of STUN (RFC 8489, section 14.8) or TURN, or 701: unreachable. */
  readonly error: { readonly code: number; readonly text: string } | undefined;
}

/** One RTCPeerConnection: a call has one, a room one to send and one to receive. No addresses, so that it can be shown. */
export interface PathDiagnosis {
  readonly path: "call" | "send" | "receive";
  readonly state: RTCPeerConnectionState;
  /** Undefined where there is a path, or it is too early to say that there is none. */
  readonly reason: PathFailureReason | undefined;
  readonly candidates: { readonly local: readonly CandidateCount[]; readonly remote: readonly CandidateCount[] };
  readonly servers: readonly IceServerOutcome[];
  readonly pairs: readonly CandidatePair[];
  /** The path in use. */
  readonly selected: CandidatePair | undefined;
}

/** What `diagnose()` found. */
export interface ConnectionDiagnosis {
  /** Why nothing gets through. Undefined while something does, nothing has to, or it is too early to say. */
  readonly reason: PathFailureReason | undefined;
  /** The same in a sentence for users, in English. */
  readonly summary: string;
  /** What users can try, best first, in English. */
  readonly advice: readonly string[];
  readonly paths: readonly PathDiagnosis[];
}
