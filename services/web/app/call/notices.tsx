import { Notice, ScreenNotice } from "../meeting/notice.tsx";
import type { JoinedCall } from "./joined-call.ts";

/** What is out of the ordinary now. */
export function Notices({ call }: { call: JoinedCall }) {
  const { other, media } = call;
  const away = other.whereabouts.value.at === "away";
  const present = other.whereabouts.value.at === "present";
  const path = call.path.value;
  const broken = present && (path === "disconnected" || path === "failed");
  return (
    <>
      {call.signaling.value === "reconnecting" && (
        <Notice testId="notice-reconnecting">
          {path === "connected"
            ? "Reconnecting to the server… Sound and picture go on."
            : "Your connection was lost. Reconnecting…"}
        </Notice>
      )}
      {away && <Notice testId="notice-away">{other.name} lost their connection. Waiting for them to come back…</Notice>}
      {broken && call.signaling.value === "connected" && (
        <Notice testId="notice-path">Sound and picture are interrupted. Looking for another way…</Notice>
      )}
      {media.screen.value && <ScreenNotice onStop={() => media.stopScreen()} />}
    </>
  );
}
