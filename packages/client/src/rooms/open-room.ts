import { detectDevice } from "mediasoup-client";
import { captureChannels } from "../devices/capture.ts";
import { CAMERA } from "../devices/capture-source.ts";
import { RadistError } from "../errors.ts";
import type { Channel } from "../types.ts";
import { RoomConnection } from "./room-connection.ts";
import type { RoomSessionDeps } from "./room-session.ts";
import type { CreateRoomConnectionOptions, RadistRoomConnection } from "./types.ts";

/** What the client knows. */
type ClientDeps = Pick<RoomSessionDeps, "apiBase" | "publicKey" | "webSocketFactory" | "rtcConfiguration" | "channels">;

/** Opens the devices, where the page gave no stream, and joins. */
export async function openRoom(options: CreateRoomConnectionOptions, deps: ClientDeps): Promise<RadistRoomConnection> {
  if (!detectDevice()) {
    throw new RadistError("media_unsupported", { message: "This browser cannot take part in rooms." });
  }
  const { roomToken, localStream, codec = "vp8", redundantAudio = true } = options;
  const stream = localStream ?? (await captureChannels(deps.channels, CAMERA));
  const tracks = wantedTracks(stream, deps.channels);
  const isOwned = localStream === undefined;
  try {
    return await RoomConnection.open({ ...deps, roomToken, codec, redundantAudio, tracks, isOwned });
  } catch (error) {
    if (isOwned) for (const track of tracks) track.stop();
    throw error;
  }
}

const wantedTracks = (stream: MediaStream | undefined, channels: ReadonlySet<Channel>): MediaStreamTrack[] =>
  (stream?.getTracks() ?? []).filter(({ kind }) => channels.has(kind as Channel));
