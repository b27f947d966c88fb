import { SystemMuteNotice } from "../media/system-mute-notice.tsx";
import { NO_PATH } from "../meeting/no-path.ts";
import { Notice, ScreenNotice } from "../meeting/notice.tsx";
import type { JoinedRoom } from "./joined-room.ts";
import { unsentText } from "./unsent.ts";

/** What is unusual at the moment. */
export function Notices({ room }: { room: JoinedRoom }) {
  return (
    <>
      {room.media.value === "failed" && room.state.value !== "closed" ? (
        <Notice testId="notice-path">{NO_PATH}</Notice>
      ) : (
        room.state.value === "reconnecting" && (
          <Notice testId="notice-reconnecting">Your connection was lost. Reconnecting…</Notice>
        )
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
