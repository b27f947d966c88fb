import type { RadistConnection } from "../call/connection.ts";
import type { MediaKind } from "../core/channels.ts";
import { ConvergingValue } from "../core/converging-value.ts";
import type { RadistRoomConnection } from "../room/types.ts";
import type { CaptureKind } from "./open-device.ts";

/** What is to be sent of one device; without a track it is off, or has a problem. */
export interface OutgoingDevice {
  readonly track: MediaStreamTrack | undefined;
  readonly isMuted: boolean;
}

interface SourceDevice {
  readonly track: MediaStreamTrack | undefined;
  /** Another track is about to come: until then nothing changes for the others. */
  readonly isOpening?: boolean;
}

/** Where the tracks come from; {@link LocalDevices} is one. */
export interface DeviceSource {
  readonly state: {
    readonly microphone: SourceDevice;
    readonly camera: SourceDevice;
    readonly isMuted: boolean;
  };
  on(name: "change", listener: () => void): () => void;
}

export type CallTarget = Pick<RadistConnection, "localStream" | "replaceTrack">;
export type RoomTarget = Pick<RadistRoomConnection, "canPublish" | "published" | "publish" | "setMuted">;

const KINDS: readonly CaptureKind[] = ["microphone", "camera"];

/**
 * Sends the microphone and camera, and follows whenever they are switched, muted or changed, until the returned function
 * is called. A camera that is switched off is released, and its sender stays.
 *
 * @param options.onError called with what could not be sent; default: `console.warn`
 * @example const stop = sendDevices(room, devices);
 */
export function sendDevices(
  connection: CallTarget | RoomTarget,
  devices: DeviceSource,
  { onError = (error: unknown) => console.warn(error) }: { readonly onError?: (error: unknown) => void } = {},
): () => void {
  if ("canPublish" in connection && !connection.canPublish) return () => undefined;
  const send = "canPublish" in connection ? toRoom(connection) : toCall(connection);
  const unsent: OutgoingDevice = { track: undefined, isMuted: false };
  const outgoing = KINDS.map((kind) => ({
    kind,
    last: unsent,
    sent: new ConvergingValue(unsent, (device: OutgoingDevice) => send(kind, device)),
  }));
  for (const { sent } of outgoing) void sent.startFrom(unsent);

  const follow = (): void => {
    const { state } = devices;
    for (const one of outgoing) {
      const { track: opened, isOpening = false } = state[one.kind];
      // An exchange, and not an end followed by a beginning.
      const track = isOpening ? one.last.track : opened;
      const device = { track, isMuted: one.kind === "microphone" && state.isMuted };
      if (device.track === one.last.track && device.isMuted === one.last.isMuted) continue;
      one.last = device;
      one.sent.set(device).catch(onError);
    }
  };
  follow();
  return devices.on("change", follow);
}

/** Calls do not signal muting: the track is silent. */
function toCall(call: CallTarget) {
  return async (
    kind: CaptureKind,
    { track = null }: { track?: MediaStreamTrack | null | undefined },
  ): Promise<void> => {
    const media: MediaKind = kind === "microphone" ? "audio" : "video";
    const present = call.localStream?.getTracks().find((sent) => sent.kind === media) ?? null;
    if (present !== track) await call.replaceTrack(media, track);
  };
}

function toRoom(room: RoomTarget) {
  return async (kind: CaptureKind, { track, isMuted }: OutgoingDevice): Promise<void> => {
    const published = room.published.get(kind);
    if (!track) return published?.replaceTrack(null);
    if (!published) {
      await room.publish({ source: kind, track, muted: isMuted });
      return;
    }
    if (published.track !== track) await published.replaceTrack(track);
    if (published.isMuted !== isMuted) await room.setMuted(kind, isMuted);
  };
}
