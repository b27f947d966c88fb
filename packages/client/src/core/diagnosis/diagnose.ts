import { EXPLANATIONS, NO_FAILURE } from "./explanations.ts";
import { failureReason } from "./failure-reason.ts";
import { type CandidateError, iceServerOutcomes } from "./ice-server-outcomes.ts";
import { countKinds, type PathReport, readPathReport } from "./path-report.ts";
import type { ConnectionDiagnosis, PathDiagnosis } from "./types.ts";

/** One RTCPeerConnection, and what was observed of it. */
export interface DiagnosablePath {
  readonly path: PathDiagnosis["path"];
  state(): RTCPeerConnectionState;
  /** It has to be there, and is not: ICE failed, or the time is over in which a path is found. */
  hasFailed(): boolean;
  readonly hasWorked: boolean;
  /** `iceTransportPolicy` is `relay`. */
  readonly isRelayOnly: boolean;
  readonly iceServers: readonly RTCIceServer[];
  readonly errors: Iterable<CandidateError>;
  /** Whether candidates are still being gathered. */
  isGathering(): boolean;
  getStats(): Promise<RTCStatsReport>;
}

export interface Diagnosable {
  /** Whether the platform can be reached. */
  readonly isOnline: boolean;
  readonly paths: readonly DiagnosablePath[];
}

/** A TURN server that does not answer by UDP is given up after 10 s. Most of what can be known is known before. */
const PATIENCE_MS = 6_000;
const LOOK_MS = 200;

/** Looks at all paths. Waits for candidates that are on their way, so that neither a server nor the other side is blamed too early. */
export async function diagnose({ isOnline, paths }: Diagnosable): Promise<ConnectionDiagnosis> {
  const found = await Promise.all(paths.map((path) => diagnosePath(path, isOnline)));
  const reason = found.find((path) => path.reason !== undefined)?.reason;
  if (reason) return { reason, ...EXPLANATIONS[reason], paths: found };
  return { reason, summary: NO_FAILURE[progress(found)], advice: [], paths: found };
}

async function diagnosePath(subject: DiagnosablePath, isOnline: boolean): Promise<PathDiagnosis> {
  const report = await (subject.hasFailed() ? completeReport(subject) : pathReport(subject));
  const servers = iceServerOutcomes(subject.iceServers, report.local, [...subject.errors]);
  const { path, hasWorked, isRelayOnly } = subject;
  const to = path === "call" ? "peer" : "server";
  const reason = isOnline
    ? failureReason({ ...report, to, servers, hasWorked, isRelayOnly, isGathering: subject.isGathering() })
    : "offline";
  return {
    path,
    state: subject.state(),
    // It may have come back meanwhile.
    reason: subject.hasFailed() ? reason : undefined,
    candidates: { local: countKinds(report.local), remote: countKinds(report.remote) },
    servers,
    pairs: report.pairs,
    selected: report.selected,
  };
}

const pathReport = async (subject: DiagnosablePath) => readPathReport(await subject.getStats());

/** After an ICE restart, which may have been a moment ago, both sides gather candidates again. */
async function completeReport(subject: DiagnosablePath): Promise<PathReport> {
  for (let waitedMs = 0; ; waitedMs += LOOK_MS) {
    const report = await pathReport(subject);
    const isComplete = !subject.isGathering() && report.remote.length > 0;
    if (isComplete || waitedMs >= PATIENCE_MS) return report;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

function progress(paths: readonly PathDiagnosis[]): keyof typeof NO_FAILURE {
  const states = paths.map(({ state }) => state).filter((state) => state !== "new" && state !== "closed");
  if (states.length === 0) return "idle";
  return states.every((state) => state === "connected") ? "connected" : "connecting";
}
