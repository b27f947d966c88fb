import { type CloseEvidence, type CloseRules, judgeClose } from "../../core/socket/close-verdict.ts";
import type { RoomClosedReason, RoomEnding } from "../types.ts";

const ROOM_RULES: CloseRules<RoomClosedReason> = {
  full: "room_full",
  terminated: "room_terminated",
  reasons: {
    superseded: "superseded",
    kicked: "kicked",
    room_terminated: "terminated",
    invalid_reconnect: "expired",
  },
};

/** Whether to open another socket after one that closed, or how the room ends for this page. */
export function judgeRoomClose(close: CloseEvidence): RoomEnding | "retry" {
  const { code } = close;
  if (code === 1000 && close.joined) return { reason: "left", code };
  const verdict = judgeClose(close, ROOM_RULES);
  return verdict === "retry" ? verdict : { ...verdict, code };
}
