export { type CreateConnectionOptions, RadistClient, type RadistClientOptions } from "./client.ts";
export type { RadistConnection } from "./connection.ts";
export { RadistError, type RadistErrorCode } from "./errors.ts";
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
} from "./rooms/types.ts";
export type { ConnectionStats } from "./stats.ts";
export type {
  Channel,
  ConnectionEvents,
  ConnectionState,
  DataMessage,
  DataPayload,
  Ending,
  MediaKind,
  ResumeState,
} from "./types.ts";
