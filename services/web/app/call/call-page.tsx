import { useMemo } from "preact/hooks";
import { MeetingPage } from "../meeting/meeting-page.tsx";
import { CallKind } from "./call-kind.ts";
import { InCall } from "./in-call.tsx";

/** Everything under the link of one call. */
export function CallPage({ callId }: { callId: string }) {
  const kind = useMemo(() => new CallKind(callId), [callId]);
  return (
    <MeetingPage kind={kind}>{(call, onLeave) => <InCall call={call} callId={callId} onLeave={onLeave} />}</MeetingPage>
  );
}
