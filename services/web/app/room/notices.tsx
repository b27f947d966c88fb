import { Notice, ScreenNotice } from "../meeting/notice.tsx";
import type { JoinedRoom } from "./joined-room.ts";

/** What is unusual at the moment. */
export function Notices({ room }: { room: JoinedRoom }) {
  return (
    <>
      {room.state.value === "reconnecting" && (
        <Notice testId="notice-reconnecting">Your connection was lost. Reconnecting…</Notice>
      )}
      <ScreenNotice screen={room.screen} />
    </>
  );
}
