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

/** Joins, and then opens the devices, unless the page passed a stream: only then it is known whether any may be sent. */
export async function openRoom(options: CreateRoomConnectionOptions, deps: ClientDeps): Promise<RadistRoomConnection> {
  if (!detectDevice()) {
    throw new RadistError("media_unsupported", { message: "This browser does not support rooms." });
  }
  const { localStream, resumeStorage, codec = "vp8", redundantAudio = true } = options;
  const credentials = credentialsOf(options);
  const tracks = (localStream?.getTracks() ?? []).filter(({ kind }) => deps.channels.has(kind as Channel));
  const connection = await RoomConnection.open({ ...deps, credentials, resumeStorage, codec, redundantAudio, tracks });
  if (!localStream && connection.canPublish) connection.add(await captureChannels(deps.channels, CAMERA));
  return connection;
}

function credentialsOf({ roomToken, resume }: CreateRoomConnectionOptions): RoomCredentials {
  if (resume) return resume;
  if (roomToken !== undefined) return { roomToken };
  throw new RadistError("invalid_argument", { message: "Either roomToken or resume is required." });
}
