import type { JoinedCall } from "./joined-call.ts";
import type { Quality } from "./quality.ts";
import "./status-chip.css";

interface Status {
  readonly tone: "good" | "waiting" | "trouble";
  readonly text: string;
}

/** One small line that says how the call stands. */
export function StatusChip({ call }: { call: JoinedCall }) {
  const { tone, text } = statusOf(call);
  const quality = call.figures.quality.value;
  return (
    <p
      class={`status status-${tone}`}
      title={title(quality)}
      data-testid="status"
      data-signaling={call.signaling.value}
      data-media={call.path.value}
      data-route={quality?.route}
    >
      <span class="status-dot" aria-hidden="true" />
      {text}
    </p>
  );
}

function statusOf(call: JoinedCall): Status {
  const { at } = call.other.whereabouts.value;
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

function pathText({ route, roundTripMs }: Quality): string {
  const name = route === "direct" ? "Direct" : "Relayed";
  return roundTripMs === undefined ? name : `${name} · ${Math.max(1, Math.round(roundTripMs))} ms`;
}

function title(quality: Quality | null): string | undefined {
  if (!quality) return undefined;
  return quality.route === "direct"
    ? "Sound and picture go straight from browser to browser. The figure is the round trip."
    : "No direct way was found: a relay passes sound and picture on, still encrypted. The figure is the round trip.";
}
