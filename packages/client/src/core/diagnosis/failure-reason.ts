import { isTurn } from "./ice-server-outcomes.ts";
import type { PathReport } from "./path-report.ts";
import type { IceServerOutcome, PathFailureReason } from "./types.ts";

/** All that is known of a path that has failed. */
export interface PathFacts extends Pick<PathReport, "local" | "remote" | "iceState" | "dtlsState"> {
  /** What the other end is: another browser, or a media server. */
  readonly to: "peer" | "server";
  readonly servers: readonly IceServerOutcome[];
  /** Whether it had worked before. */
  readonly hasWorked: boolean;
  /** The application allows relays alone (`iceTransportPolicy`). */
  readonly isRelayOnly: boolean;
  /** A server is still being asked, after some seconds. */
  readonly isGathering: boolean;
}

/** STUN's and TURN's codes for credentials: unauthenticated, stale nonce, wrong credentials (RFC 8489, RFC 8656). */
const CREDENTIALS = [401, 438, 441];

/**
 * Why a path failed. A TURN server that works is what every other obstacle can be overcome by, so what is wrong with it
 * comes before what is wrong with the direct path.
 */
export function failureReason(facts: PathFacts): PathFailureReason {
  const { to, local, remote, servers, isRelayOnly } = facts;
  if (dtlsFailed(facts)) return "dtls_failed";
  const hasTurn = servers.some(isTurn);
  const hasRelay = local.some(({ type }) => type === "relay");
  const hasHeardOfServers = servers.some(({ outcome }) => outcome !== "silent");
  if (local.length === 0 && !hasHeardOfServers && !isRelayOnly) return "no_candidates";
  if (hasTurn && !hasRelay) return turnFailure(servers.filter(isTurn));
  if (local.length === 0) return "no_candidates";
  if (remote.length === 0) return "no_remote_candidates";
  if (facts.hasWorked) return "path_lost";
  if (hasRelay) return "relay_failed";
  if (to === "server") return "server_unreachable";
  return servers.length > 0 && servers.every((server) => isUnanswered(server, facts)) ? "udp_blocked" : "no_relay";
}

/** Browsers ask for 40 s, and say nothing of an answer with an address that is known without it. */
const isUnanswered = ({ outcome }: IceServerOutcome, { isGathering }: PathFacts): boolean =>
  outcome === "unreachable" || (outcome === "silent" && isGathering);

/** ICE has found a path, and there is no connection all the same. */
const dtlsFailed = ({ iceState, dtlsState }: PathFacts): boolean =>
  dtlsState === "failed" || (dtlsState !== "connected" && (iceState === "connected" || iceState === "completed"));

function turnFailure(turns: readonly IceServerOutcome[]): PathFailureReason {
  const refused = turns.filter(({ outcome }) => outcome === "refused");
  if (refused.length === 0) return "turn_unreachable";
  return refused.some(({ error }) => error && CREDENTIALS.includes(error.code)) ? "turn_unauthorized" : "turn_refused";
}
