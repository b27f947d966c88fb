import type { CandidateKind, IceServerOutcome } from "./types.ts";

/** Of `icecandidateerror` (W3C webrtc-pc, RTCPeerConnectionIceErrorEvent). */
export interface CandidateError {
  readonly url: string;
  readonly errorCode: number;
  readonly errorText: string;
}

/** An own candidate, with the server that it was gathered from where the browser tells. */
export interface GatheredCandidate extends CandidateKind {
  readonly url?: string | undefined;
}

/** The server could not be reached; codes below are answers of the server. */
const UNREACHABLE = 701;

/** What came of each URL that was configured. */
export function iceServerOutcomes(
  servers: readonly RTCIceServer[],
  gathered: readonly GatheredCandidate[],
  errors: readonly CandidateError[],
): IceServerOutcome[] {
  const urls = new Set(servers.flatMap((server) => server.urls));
  return [...urls].map((url) => {
    const server = parseServerUrl(url);
    const failure = errors.findLast((each) => isSame(parseServerUrl(each.url), server));
    const error = failure && { code: failure.errorCode, text: failure.errorText };
    if (gathered.some((candidate) => isFrom(candidate, server))) return { url, outcome: "answered", error: undefined };
    if (!error) return { url, outcome: "silent", error };
    return { url, outcome: error.code === UNREACHABLE ? "unreachable" : "refused", error };
  });
}

export const isTurn = ({ url }: Pick<IceServerOutcome, "url">): boolean => /^turns?:/i.test(url);

interface ServerUrl {
  readonly scheme: string;
  readonly address: string;
  readonly transport: string;
}

/** With what is left out of it (RFC 7064, RFC 7065), so that a browser's way of writing it can be compared. */
function parseServerUrl(url: string): ServerUrl {
  const [, scheme = "", host = "", port, transport] =
    /^(stuns?|turns?):(\[[^\]]*\]|[^:?]*)(?::(\d+))?(?:\?transport=(\w+))?/i.exec(url) ?? [];
  const isSecure = /s$/i.test(scheme);
  return {
    scheme: scheme.toLowerCase(),
    address: `${host.toLowerCase()}:${port ?? (isSecure ? "5349" : "3478")}`,
    transport: (transport ?? (isSecure ? "tcp" : "udp")).toLowerCase(),
  };
}

const isSame = (one: ServerUrl, other: ServerUrl): boolean =>
  one.scheme === other.scheme && one.address === other.address && one.transport === other.transport;

function isFrom(candidate: GatheredCandidate, server: ServerUrl): boolean {
  if (candidate.url) return isSame(parseServerUrl(candidate.url), server);
  // Firefox names no server: one of this kind, then.
  if (server.scheme.startsWith("stun")) return candidate.type === "srflx";
  const { relayProtocol = server.transport } = candidate;
  const reachedBy = server.scheme === "turns" ? "tls" : server.transport;
  return candidate.type === "relay" && (relayProtocol === reachedBy || relayProtocol === server.transport);
}
