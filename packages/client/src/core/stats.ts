/** Figures of a media session. Each is undefined while the browser does not know it. */
export interface ConnectionStats {
  /** Round trip between the peers, in milliseconds. */
  readonly roundTripTimeMs: number | undefined;
  /** Whether the path goes through a TURN server. */
  readonly route: "direct" | "relayed" | undefined;
  /** Frames decoded so far of the other peer's video. */
  readonly framesDecoded: number | undefined;
  /** The other peer's media packets lost so far, audio and video. */
  readonly packetsLost: number | undefined;
  readonly bytesSent: number | undefined;
  readonly bytesReceived: number | undefined;
}

/** An entry of a stats report (W3C webrtc-stats). */
type Entry = Readonly<Record<string, unknown>>;

/** Reads a report of `RTCPeerConnection.getStats()`. */
export function summarizeStats(report: { forEach(each: (entry: Entry) => void): void }): ConnectionStats {
  const entries = new Map<unknown, Entry>();
  report.forEach((entry) => {
    entries.set(entry.id, entry);
  });
  const all = [...entries.values()];
  const transport = all.find(({ type, selectedCandidatePairId }) => type === "transport" && selectedCandidatePairId);
  // Firefox does not name the selected pair in its transport, but marks the pair.
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
