import type { GatheredCandidate } from "./ice-server-outcomes.ts";
import type { CandidateCount, CandidateKind, CandidatePair } from "./types.ts";

/** What a stats report says of a path. */
export interface PathReport {
  readonly local: readonly GatheredCandidate[];
  readonly remote: readonly CandidateKind[];
  readonly pairs: readonly CandidatePair[];
  readonly selected: CandidatePair | undefined;
  /** Of the ICE and the DTLS transport; undefined where the browser does not tell (Firefox). */
  readonly iceState: string | undefined;
  readonly dtlsState: string | undefined;
}

/** An entry of a stats report (W3C webrtc-stats). */
type Entry = Readonly<Record<string, unknown>>;

/** Reads a report of `RTCPeerConnection.getStats()`. Leaves out what belongs to an earlier ICE session. */
export function readPathReport(report: { forEach(each: (entry: Entry) => void): void }): PathReport {
  const entries = new Map<unknown, Entry>();
  report.forEach((entry) => {
    entries.set(entry.id, entry);
  });
  const all = [...entries.values()];
  const transport = all.find(({ type }) => type === "transport");
  const isPresent = ({ usernameFragment }: Entry) =>
    !transport?.iceLocalUsernameFragment ||
    !usernameFragment ||
    usernameFragment === transport.iceLocalUsernameFragment;
  const local = all.filter((entry) => entry.type === "local-candidate" && isPresent(entry));
  const remote = all.filter(({ type }) => type === "remote-candidate");
  const pairs = all
    .filter(
      ({ type, localCandidateId }) => type === "candidate-pair" && local.includes(entries.get(localCandidateId) ?? {}),
    )
    .flatMap((pair) => {
      const [from, to] = [entries.get(pair.localCandidateId), entries.get(pair.remoteCandidateId)];
      return from && to ? [pairOf(pair, from, to, transport)] : [];
    });
  return {
    local: local.map((entry) => ({ ...kindOf(entry), url: text(entry.url) })),
    remote: remote.map(kindOf),
    pairs,
    selected: pairs.find(({ isSelected }) => isSelected),
    iceState: text(transport?.iceState),
    dtlsState: text(transport?.dtlsState),
  };
}

/** How many there are of each kind. */
export function countKinds(candidates: readonly CandidateKind[]): CandidateCount[] {
  const counts = new Map<string, CandidateCount>();
  for (const { type, protocol, relayProtocol } of candidates) {
    const kind = { type, protocol, ...(relayProtocol && { relayProtocol }) };
    const key = JSON.stringify(kind);
    counts.set(key, { ...kind, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts.values()];
}

function kindOf({ candidateType, protocol, relayProtocol }: Entry): CandidateKind {
  return {
    type: (text(candidateType) ?? "host") as CandidateKind["type"],
    protocol: text(protocol)?.toLowerCase() === "tcp" ? "tcp" : "udp",
    ...(text(relayProtocol) && { relayProtocol: relayProtocol as NonNullable<CandidateKind["relayProtocol"]> }),
  };
}

function pairOf(pair: Entry, local: Entry, remote: Entry, transport: Entry | undefined): CandidatePair {
  const seconds = number(pair.currentRoundTripTime);
  return {
    local: kindOf(local),
    remote: kindOf(remote),
    state: (text(pair.state) ?? "waiting") as CandidatePair["state"],
    // Firefox does not name the selected pair in its transport, but marks the pair.
    isSelected: pair.selected === true || transport?.selectedCandidatePairId === pair.id,
    requestsSent: number(pair.requestsSent),
    responsesReceived: number(pair.responsesReceived),
    roundTripTimeMs: seconds === undefined ? undefined : seconds * 1000,
  };
}

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
const number = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);
