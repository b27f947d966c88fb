export { type CreateConnectionOptions, RadistClient, type RadistClientOptions } from "./client.ts";
export type { RadistConnection } from "./connection.ts";
export { watchAudioLevel } from "./devices/audio-level.ts";
export { canChooseSpeaker, canShareScreen } from "./devices/capabilities.ts";
export {
  type Device,
  type DeviceKind,
  type DeviceList,
  enumerateDevices,
  watchDevices,
} from "./devices/device-list.ts";
export type { DeviceSettings, DeviceStorage } from "./devices/device-memory.ts";
export { type DeviceProblem, deviceProblemOf } from "./devices/device-problem.ts";
export {
  type LocalDevice,
  LocalDevices,
  type LocalDevicesOptions,
  type LocalDevicesState,
} from "./devices/local-devices.ts";
export { type Playable, Playback } from "./devices/playback.ts";
export { type DeviceSource, sendDevices } from "./devices/send-devices.ts";
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
