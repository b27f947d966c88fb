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

export type CallTarget = Pick<RadistConnection, "localStream" | "replaceTrack" | "setMicrophone">;
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

function toCall(call: CallTarget) {
  const wishes = new MuteWishes();
  return async (kind: CaptureKind, { track: sent, isMuted }: OutgoingDevice): Promise<void> => {
    const track = sent ?? null;
    const media: MediaKind = kind === "microphone" ? "audio" : "video";
    const present = call.localStream?.getTracks().find((each) => each.kind === media) ?? null;
    if (present !== track) await call.replaceTrack(media, track);
    if (kind === "microphone" && track) await wishes.follow(kind, isMuted, () => call.setMicrophone(!isMuted));
  };
}

function toRoom(room: RoomTarget) {
  const wishes = new MuteWishes();
  return async (kind: CaptureKind, { track, isMuted }: OutgoingDevice): Promise<void> => {
    const published = room.published.get(kind);
    if (!track) return published?.replaceTrack(null);
    if (!published) {
      await wishes.follow(kind, isMuted, () => room.publish({ source: kind, track, muted: isMuted }), true);
      return;
    }
    if (published.track !== track) await published.replaceTrack(track);
    await wishes.follow(kind, isMuted, () => room.setMuted(kind, isMuted));
  };
}

/** Mutes and unmutes when the user does, and not otherwise: what the page has muted by itself stays muted. */
class MuteWishes {
  readonly #followed = new Map<CaptureKind, boolean>();

  async follow(kind: CaptureKind, isMuted: boolean, apply: () => unknown, always = false): Promise<void> {
    if (!always && (this.#followed.get(kind) ?? false) === isMuted) return;
    await apply();
    this.#followed.set(kind, isMuted);
  }
}
