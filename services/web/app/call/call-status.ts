import type { Quality } from "../meeting/quality.ts";
import { type Status, withRoundTrip } from "../meeting/status-chip.tsx";
import type { PeerStatus } from "./remote-peer.ts";

export interface CallCondition {
  readonly signaling: "connected" | "reconnecting";
  readonly path: RTCPeerConnectionState;
  readonly peer: PeerStatus["at"];
  readonly quality: Quality | null;
}

/** One line that says how the call is doing. */
export function callStatus({ signaling, path, peer, quality }: CallCondition): Status {
  const title = quality ? TITLES[quality.route] : undefined;
  if (signaling === "reconnecting") return { tone: "trouble", text: "Reconnecting…", title };
  if (peer === "absent" || peer === "gone") return { tone: "waiting", text: "Waiting", title };
  if (peer === "away") return { tone: "trouble", text: "Waiting…", title };
  if (path === "connected") {
    const text = quality ? withRoundTrip(quality.route === "direct" ? "Direct" : "Relayed", quality) : "Connected";
    return { tone: "good", text, title };
  }
  if (path === "failed") return { tone: "trouble", text: "No sound or video", title };
  return path === "disconnected"
    ? { tone: "trouble", text: "Reconnecting…", title }
    : { tone: "waiting", text: "Connecting…", title };
}

const TITLES = {
  direct: "Sound and video travel directly between the two browsers. The number is the round-trip time.",
  relayed:
    "There is no direct path, so sound and video go through a relay, still encrypted. The number is the round-trip time.",
} as const;
