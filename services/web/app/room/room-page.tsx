import { useEffect, useMemo } from "preact/hooks";
import { Lobby } from "../lobby/lobby.tsx";
import { Entering } from "../meeting/entering.tsx";
import { OverView } from "../meeting/ended-view.tsx";
import { OVER_TEXTS } from "./ending.ts";
import { InRoom } from "./in-room.tsx";
import { RoomSession } from "./session.ts";

/** Everything under the link of one room. */
export function RoomPage({ roomId }: { roomId: string }) {
  const session = useMemo(() => new RoomSession(roomId), [roomId]);
  useEffect(() => {
    void session.open();
    return () => session.dispose();
  }, [session]);

  const phase = session.phase.value;
  switch (phase.name) {
    case "entering":
      return <Entering media={session.media} />;
    case "lobby":
      return (
        <Lobby
          to="room"
          media={session.media}
          joining={phase.joining}
          problem={phase.problem}
          onJoin={() => void session.join()}
        />
      );
    case "in-room":
      return <InRoom room={phase.room} roomId={roomId} onLeave={() => void session.leave()} />;
    case "over":
      return (
        <OverView
          over={phase.over}
          text={OVER_TEXTS[phase.over]}
          afresh="Start a new room"
          onAgain={() => void session.toLobby()}
        />
      );
  }
}
