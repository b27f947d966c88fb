import { StatusChip } from "../meeting/status-chip.tsx";
import type { JoinedRoom } from "./joined-room.ts";
import { roomStatus } from "./room-status.ts";

export function RoomStatus({ room }: { room: JoinedRoom }) {
  const quality = room.quality.current.value;
  const state = room.state.value;
  const media = room.media.value;
  const data = { "data-state": state, "data-media": media, "data-route": quality?.route };
  return <StatusChip status={roomStatus(state, media, quality)} data={data} />;
}
