export type { RadistConnection } from "./call/connection.ts";
export type { ConnectionEvents, ConnectionState, Ending, ResumeState } from "./call/types.ts";
export { type CreateConnectionOptions, RadistClient, type RadistClientOptions } from "./client.ts";
export type { Channel, MediaKind } from "./core/channels.ts";
export { RadistError, type RadistErrorCode } from "./core/errors.ts";
export type { DataMessage, DataPayload } from "./core/framing.ts";
export type { ConnectionStats } from "./core/stats.ts";
export type {
  AudioLevel,
  CreateRoomConnectionOptions,
  ParticipantChange,
  PublishedTrack,
  PublishOptions,
  PublishSource,
  RadistRoomConnection,
  RemoteTrack,
  RoomClosedReason,
  RoomEnding,
  RoomEvents,
  RoomMessage,
  RoomParticipant,
  RoomSource,
  RoomState,
  RoomStats,
  VideoCodec,
  VideoLayers,
} from "./room/types.ts";
