import type { ComponentChildren } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { Lobby } from "../lobby/lobby.tsx";
import { EndedView } from "./ended-view.tsx";
import { Entering } from "./entering.tsx";
import type { JoinedMeeting, MeetingKind } from "./meeting-kind.ts";
import { MeetingSession } from "./session.ts";

interface MeetingPageProps<Meeting extends JoinedMeeting> {
  readonly kind: MeetingKind<Meeting>;
  /** What is shown while the user is in. */
  readonly children: (meeting: Meeting, onLeave: () => void) => ComponentChildren;
}

/** Everything under the link of one call or room. */
export function MeetingPage<Meeting extends JoinedMeeting>({ kind, children }: MeetingPageProps<Meeting>) {
  const session = useMemo(() => new MeetingSession(kind), [kind]);
  useEffect(() => {
    session.open();
    return () => session.close();
  }, [session]);

  const state = session.state.value;
  switch (state.name) {
    case "opening":
    case "entering":
      return <Entering devices={session.devices} />;
    case "lobby":
      return (
        <Lobby
          to={kind.name}
          devices={session.devices}
          isJoining={state.isJoining}
          problem={state.problem}
          onJoin={() => session.join()}
        />
      );
    case "joined":
      return <>{children(state.meeting, () => session.leave())}</>;
    case "ended":
      return (
        <EndedView
          reason={state.reason}
          text={kind.endings[state.reason]}
          startNew={`Start a new ${kind.name}`}
          onAgain={() => session.again()}
        />
      );
  }
}
