import { useEffect, useMemo } from "preact/hooks";
import { Lobby } from "../lobby/lobby.tsx";
import { Entering } from "./entering.tsx";
import { OverView } from "./ended-view.tsx";
import { OVER_TEXTS } from "./ending.ts";
import { InCall } from "../call/in-call.tsx";
import { CallSession } from "./session.ts";

/** Everything under the link of one call. */
export function CallPage({ callId }: { callId: string }) {
  const session = useMemo(() => new CallSession(callId), [callId]);
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
          to="call"
          media={session.media}
          joining={phase.joining}
          problem={phase.problem}
          onJoin={() => void session.join()}
        />
      );
    case "in-call":
      return <InCall call={phase.call} callId={callId} onLeave={() => void session.leave()} />;
    case "over":
      return (
        <OverView
          over={phase.over}
          text={OVER_TEXTS[phase.over]}
          afresh="Start a new call"
          onAgain={() => void session.again(phase.over)}
        />
      );
  }
}
