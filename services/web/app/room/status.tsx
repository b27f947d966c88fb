import type { Quality } from "../meeting/quality.ts";
import { type Status, StatusChip, withRoundTrip } from "../meeting/status-chip.tsx";
import type { JoinedRoom } from "./joined-room.ts";

export function RoomStatus({ room }: { room: JoinedRoom }) {
  const quality = room.quality.current.value;
  const state = room.state.value;
  return <StatusChip status={statusOf(state, quality)} data={{ "data-state": state, "data-route": quality?.route }} />;
}

function statusOf(state: JoinedRoom["state"]["value"], quality: Quality | null): Status {
  if (state === "connecting") return { tone: "waiting", text: "Connecting…", title: undefined };
  if (state !== "connected") return { tone: "trouble", text: "Reconnecting…", title: undefined };
  const text = quality ? withRoundTrip("Connected", quality) : "Connected";
  return {
    tone: "good",
    text,
    title: "Sound and video go through the media server. The number is the round-trip time to it.",
  };
}
