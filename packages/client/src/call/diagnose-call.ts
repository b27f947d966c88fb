import { type DiagnosablePath, diagnose } from "../core/diagnosis/diagnose.ts";
import type { ConnectionDiagnosis } from "../core/diagnosis/types.ts";
import type { CallSession } from "./call-session.ts";
import type { ConnectionState } from "./types.ts";

/** Looks at the path to the other peer, if there is to be one. */
export function diagnoseCall(
  { link, remote, iceServers }: Pick<CallSession, "link" | "remote" | "iceServers">,
  state: () => ConnectionState,
): Promise<ConnectionDiagnosis> {
  const isOnline = state().signaling === "connected";
  if (!link) return diagnose({ isOnline, paths: [] });
  const { peer, hasWorked, iceErrors } = link;
  const path: DiagnosablePath = {
    path: "call",
    state: () => peer.connectionState,
    // Nothing comes from a peer that is away, whatever the path; and another session may have taken the place of this one.
    hasFailed: () =>
      peer.connectionState !== "closed" && /failed|disconnected/.test(state().media) && remote?.status === "connected",
    hasWorked,
    isRelayOnly: peer.getConfiguration().iceTransportPolicy === "relay",
    iceServers,
    errors: iceErrors.values(),
    isGathering: () => peer.iceGatheringState === "gathering",
    getStats: () => peer.getStats(),
  };
  return diagnose({ isOnline, paths: [path] });
}
