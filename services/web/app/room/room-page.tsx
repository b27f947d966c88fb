import { useMemo } from "preact/hooks";
import { MeetingPage } from "../meeting/meeting-page.tsx";
import { InRoom } from "./in-room.tsx";
import { RoomKind } from "./room-kind.ts";

/** Everything under the link of one room. */
export function RoomPage({ roomId }: { roomId: string }) {
  const kind = useMemo(() => new RoomKind(roomId), [roomId]);
  return (
    <MeetingPage kind={kind}>{(room, onLeave) => <InRoom room={room} roomId={roomId} onLeave={onLeave} />}</MeetingPage>
  );
}
