import type { RoomMediaState, RoomState } from "@radist-tech/client";
import type { Quality } from "../meeting/quality.ts";
import { type Status, withRoundTrip } from "../meeting/status-chip.tsx";

/** One line that says how the room is doing. */
export function roomStatus(state: RoomState, media: RoomMediaState, quality: Quality | null): Status {
  if (media === "failed") return { tone: "trouble", text: "No sound or video", title: undefined };
  if (state === "connecting" || (state === "connected" && media === "connecting"))
    return { tone: "waiting", text: "Connecting…", title: undefined };
  if (state !== "connected") return { tone: "trouble", text: "Reconnecting…", title: undefined };
  const text = quality ? withRoundTrip("Connected", quality) : "Connected";
  return {
    tone: "good",
    text,
    title: "Sound and video go through the media server. The number is the round-trip time to it.",
  };
}
