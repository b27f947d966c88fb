import type { Quality } from "../meeting/quality.ts";
import { type Status, StatusChip, withRoundTrip } from "../meeting/status-chip.tsx";
import type { JoinedCall } from "./joined-call.ts";

export function CallStatus({ call }: { call: JoinedCall }) {
  const quality = call.figures.quality.value;
  const data = {
    "data-signaling": call.signaling.value,
    "data-media": call.path.value,
    "data-route": quality?.route,
  };
  return <StatusChip status={{ ...statusOf(call), title: title(quality) }} data={data} />;
}

function statusOf(call: JoinedCall): Omit<Status, "title"> {
  const { at } = call.peer.status.value;
  const path = call.path.value;
  if (call.signaling.value === "reconnecting") return { tone: "trouble", text: "Reconnecting…" };
  if (at === "absent" || at === "gone") return { tone: "waiting", text: "Waiting" };
  if (path === "connected") {
    const quality = call.figures.quality.value;
    return at === "away"
      ? { tone: "trouble", text: "Waiting…" }
      : { tone: "good", text: quality ? pathText(quality) : "Connected" };
  }
  if (at === "away") return { tone: "trouble", text: "Waiting…" };
  return path === "disconnected" || path === "failed"
    ? { tone: "trouble", text: "Reconnecting…" }
    : { tone: "waiting", text: "Connecting…" };
}

const pathText = (quality: Quality): string =>
  withRoundTrip(quality.route === "direct" ? "Direct" : "Relayed", quality);

function title(quality: Quality | null): string | undefined {
  if (!quality) return undefined;
  return quality.route === "direct"
    ? "Sound and video travel directly between the two browsers. The number is the round-trip time."
    : "There is no direct path, so sound and video go through a relay, still encrypted. The number is the round-trip time.";
}
