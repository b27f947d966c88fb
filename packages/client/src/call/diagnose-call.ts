import { type DiagnosablePath, diagnose } from "../core/diagnosis/diagnose.ts";
import type { ConnectionDiagnosis } from "../core/diagnosis/types.ts";
import type { CallSession } from "./call-session.ts";
import type { ConnectionState } from "./types.ts";

/** Looks at the path to the other peer, if there is to be one. */
export function diagnoseCall(
  { link, remote, iceServers }: Pick<CallSession, "link" | "remote" | "iceServers">,
  { signaling, media }: ConnectionState,
): Promise<ConnectionDiagnosis> {
  const isOnline = signaling === "connected";
  if (!link) return diagnose({ isOnline, paths: [] });
  const { peer, hasWorked, iceErrors } = link;
  const path: DiagnosablePath = {
    path: "call",
    state: peer.connectionState,
    // Nothing comes from a peer that is away, whatever the path.
    hasFailed: /failed|disconnected/.test(media) && remote?.status === "connected",
    hasWorked,
    isRelayOnly: peer.getConfiguration().iceTransportPolicy === "relay",
    iceServers,
    errors: iceErrors.values(),
    isGathering: () => peer.iceGatheringState === "gathering",
    getStats: () => peer.getStats(),
  };
  return diagnose({ isOnline, paths: [path] });
}
