import type { Request, RequestContext } from "./context.ts";

export function setAudioLevels(
  { room, peerId, speakers }: RequestContext,
  { enabled }: Request<"set-audio-levels">,
): undefined {
  room.apply({ type: "set-levels", peerId, isWanted: enabled });
  speakers.observe();
}
