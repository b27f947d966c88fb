import { SystemMuteNotice } from "../media/system-mute-notice.tsx";
import { NoPathNotice } from "../meeting/no-path-notice.tsx";
import { Notice, ScreenNotice } from "../meeting/notice.tsx";
import type { JoinedCall } from "./joined-call.ts";
import { SafetyChangedNotice } from "./safety-notice.tsx";

/** What is unusual at the moment. */
export function Notices({ call }: { call: JoinedCall }) {
  const { peer, screen } = call;
  const away = peer.status.value.at === "away";
  const present = peer.status.value.at === "present";
  const path = call.path.value;
  const broken = present && path === "disconnected";
  const failed = present && path === "failed";
  return (
    <>
      {call.signaling.value === "reconnecting" && (
        <Notice testId="notice-reconnecting">
          {path === "connected"
            ? "Reconnecting to the server… Sound and video are not affected."
            : "Your connection was lost. Reconnecting…"}
        </Notice>
      )}
      {away && <Notice testId="notice-away">{peer.name} lost the connection. Waiting for them to come back…</Notice>}
      {broken && call.signaling.value === "connected" && (
        <Notice testId="notice-path">Sound and video are interrupted. Reconnecting…</Notice>
      )}
      <NoPathNotice
        isFailed={failed && call.signaling.value === "connected"}
        diagnose={() => call.connection.diagnose()}
      />
      <SafetyChangedNotice safety={call.safety} />
      <SystemMuteNotice devices={call.devices} />
      <ScreenNotice screen={screen} />
    </>
  );
}
