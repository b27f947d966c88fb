import { type DiagnosablePath, diagnose } from "../core/diagnosis/diagnose.ts";
import type { ConnectionDiagnosis } from "../core/diagnosis/types.ts";
import type { RoomMedia } from "./transport/room-media.ts";

interface Circumstances {
  /** Whether the platform can be reached. */
  readonly isOnline: boolean;
  /** Whether there has been no path for too long. */
  readonly isMissing: () => boolean;
}

/** Looks at both paths between this page and the media server. */
export function diagnoseRoom(
  { session, repair }: Pick<RoomMedia, "session" | "repair">,
  { isOnline, isMissing }: Circumstances,
): Promise<ConnectionDiagnosis> {
  if (!session || !repair) return diagnose({ isOnline, paths: [] });
  const paths = (["send", "recv"] as const).map((which): DiagnosablePath => {
    const transport = session[which];
    const state = () => repair.stateOf(transport);
    return {
      path: which === "send" ? which : "receive",
      state,
      hasFailed: () =>
        !transport.closed && (/failed|disconnected/.test(state()) || (isMissing() && state() === "connecting")),
      hasWorked: repair.hasWorked(transport),
      isRelayOnly: session.isRelayOnly,
      iceServers: session.iceServers,
      errors: session.iceErrors[which].values(),
      isGathering: () => transport.iceGatheringState === "gathering",
      // A transport that is closed refuses to be asked: the room has gone on to others, or is left.
      getStats: async () => (transport.closed ? new Map() : transport.getStats()),
    };
  });
  return diagnose({ isOnline, paths });
}
