/** How the media session fares. A figure is undefined while the browser does not know it. */
export interface ConnectionStats {
  /** Round trip between the peers, in milliseconds. */
  readonly roundTripTimeMs: number | undefined;
  /** Whether the path leads through a TURN server. */
  readonly route: "direct" | "relayed" | undefined;
  /** Frames of the other peer's video that were decoded so far. */
  readonly framesDecoded: number | undefined;
  /** Media packets of the other peer that never came, audio and video, so far. */
  readonly packetsLost: number | undefined;
  readonly bytesSent: number | undefined;
  readonly bytesReceived: number | undefined;
}

/** The members of W3C webrtc-stats that are read here. */
type Entry = Readonly<Record<string, unknown>>;

/** Reads a report of `RTCPeerConnection.getStats()`. */
export function summarizeStats(report: { forEach(each: (entry: Entry) => void): void }): ConnectionStats {
  const entries = new Map<unknown, Entry>();
  report.forEach((entry) => {
    entries.set(entry.id, entry);
  });
  const all = [...entries.values()];
  const transport = all.find(({ type, selectedCandidatePairId }) => type === "transport" && selectedCandidatePairId);
  // Firefox names no selected pair in its transport, and marks the pair instead.
  const pair =
    entries.get(transport?.selectedCandidatePairId) ??
    all.find(({ type, selected }) => type === "candidate-pair" && selected);
  const inbound = all.filter(({ type }) => type === "inbound-rtp");
  const ends = pair ? [entries.get(pair.localCandidateId), entries.get(pair.remoteCandidateId)] : [];
  const seconds = numberOf(pair?.currentRoundTripTime);
  return {
    roundTripTimeMs: seconds === undefined ? undefined : seconds * 1000,
    route: pair ? (ends.some((candidate) => candidate?.candidateType === "relay") ? "relayed" : "direct") : undefined,
    framesDecoded: sum(inbound, "framesDecoded"),
    packetsLost: sum(inbound, "packetsLost"),
    bytesSent: numberOf(pair?.bytesSent),
    bytesReceived: numberOf(pair?.bytesReceived),
  };
}

const numberOf = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);

function sum(entries: readonly Entry[], field: string): number | undefined {
  const figures = entries.map((entry) => numberOf(entry[field])).filter((figure) => figure !== undefined);
  return figures.length === 0 ? undefined : figures.reduce((total, figure) => total + figure, 0);
}
