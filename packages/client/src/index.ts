export type { RadistConnection } from "./call/connection.ts";
export type { PeerMedia } from "./call/peer-media.ts";
export type { SafetyNumberChange } from "./call/safety/safety-watch.ts";
export { storedSeat } from "./call/stored-seat.ts";
export type { ConnectionEvents, ConnectionState, Ending, ResumeState } from "./call/types.ts";
export { type CreateConnectionOptions, RadistClient, type RadistClientOptions } from "./client.ts";
export type { Channel, MediaKind } from "./core/channels.ts";
export type {
  CandidateCount,
  CandidateKind,
  CandidatePair,
  ConnectionDiagnosis,
  IceServerOutcome,
  PathDiagnosis,
  PathFailureReason,
} from "./core/diagnosis/types.ts";
export { RadistError, type RadistErrorCode } from "./core/errors.ts";
export type { SendFileOptions } from "./core/files/file-transfers.ts";
export type { ReceivedFile } from "./core/files/incoming-file.ts";
export type { DataMessage, DataPayload } from "./core/framing.ts";
export { forgetSeat, type ResumeStorage } from "./core/seat/stored-seat.ts";
export type { ConnectionStats } from "./core/stats.ts";
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
export { storedRoomSeat } from "./room/stored-seat.ts";
export type {
  AudioLevel,
  CreateRoomConnectionOptions,
  ParticipantChange,
  PublicationChange,
  PublishedTrack,
  PublishOptions,
  PublishSource,
  RadistRoomConnection,
  RemoteTrack,
  RoomClosedReason,
  RoomEnding,
  RoomEvents,
  RoomMediaState,
  RoomMessage,
  RoomParticipant,
  RoomResumeState,
  RoomSource,
  RoomState,
  RoomStats,
  VideoCodec,
  VideoLayers,
} from "./room/types.ts";
