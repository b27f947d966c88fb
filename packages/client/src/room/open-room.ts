import { detectDevice } from "mediasoup-client";
import type { Channel } from "../core/channels.ts";
import { RadistError } from "../core/errors.ts";
import { captureChannels } from "../devices/capture.ts";
import { CAMERA } from "../devices/capture-source.ts";
import { RoomConnection } from "./room-connection.ts";
import type { RoomSessionDeps } from "./room-session.ts";
import type { RoomCredentials } from "./signaling/room-socket.ts";
import type { CreateRoomConnectionOptions, RadistRoomConnection } from "./types.ts";

/** What {@link RadistClient} passes on. */
type ClientDeps = Pick<RoomSessionDeps, "apiBase" | "publicKey" | "webSocketFactory" | "rtcConfiguration" | "channels">;

/** Opens the devices, unless the page passed a stream, and joins. */
export async function openRoom(options: CreateRoomConnectionOptions, deps: ClientDeps): Promise<RadistRoomConnection> {
  if (!detectDevice()) {
    throw new RadistError("media_unsupported", { message: "This browser does not support rooms." });
  }
  const { localStream, resumeStorage, codec = "vp8", redundantAudio = true } = options;
  const credentials = credentialsOf(options);
  const stream = localStream ?? (await captureChannels(deps.channels, CAMERA));
  const tracks = wantedTracks(stream, deps.channels);
  const isOwned = localStream === undefined;
  try {
    return await RoomConnection.open({
      ...deps,
      credentials,
      resumeStorage,
      codec,
      redundantAudio,
      tracks,
      isOwned,
    });
  } catch (error) {
    if (isOwned) for (const track of tracks) track.stop();
    throw error;
  }
}

const wantedTracks = (stream: MediaStream | undefined, channels: ReadonlySet<Channel>): MediaStreamTrack[] =>
  (stream?.getTracks() ?? []).filter(({ kind }) => channels.has(kind as Channel));

function credentialsOf({ roomToken, resume }: CreateRoomConnectionOptions): RoomCredentials {
  if (resume) return resume;
  if (roomToken !== undefined) return { roomToken };
  throw new RadistError("invalid_argument", { message: "Either roomToken or resume is required." });
}
