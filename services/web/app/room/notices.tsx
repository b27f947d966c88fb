import { SystemMuteNotice } from "../media/system-mute-notice.tsx";
import { NoPathNotice } from "../meeting/no-path-notice.tsx";
import { Notice, ScreenNotice } from "../meeting/notice.tsx";
import type { JoinedRoom } from "./joined-room.ts";
import { unsentText } from "./unsent.ts";

/** What is unusual at the moment. */
export function Notices({ room }: { room: JoinedRoom }) {
  const failed = room.media.value === "failed" && room.state.value !== "closed";
  return (
    <>
      <NoPathNotice isFailed={failed} diagnose={() => room.connection.diagnose()} />
      {!failed && room.state.value === "reconnecting" && (
        <Notice testId="notice-reconnecting">Your connection was lost. Reconnecting…</Notice>
      )}
      {(["microphone", "camera"] as const).map((kind) => {
        const unsent = room.unsent.value[kind];
        return (
          unsent && (
            <Notice key={kind} testId={`notice-unsent-${kind}`}>
              {unsentText(kind, unsent)}{" "}
              {!unsent.isRetrying && (
                <button type="button" class="link-button" onClick={() => room.sendAgain()}>
                  Try again
                </button>
              )}
            </Notice>
          )
        );
      })}
      <SystemMuteNotice devices={room.devices} />
      <ScreenNotice screen={room.screen} />
    </>
  );
}
