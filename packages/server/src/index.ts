export type {
  AccessControl,
  CallDetails,
  CallPage,
  CallSummary,
  CreatedCall,
  CreatedRoom,
  CreateRoom,
  EventPage,
  EventSubject,
  EventType,
  ListedEvent,
  LiveParticipant,
  MintRoomToken,
  RoomDetails,
  RoomPage,
  RoomSummary,
  Usage,
  UsageInterval,
} from "@radist-tech/protocol";
export { RadistServerClient, type RadistServerClientOptions } from "./client.ts";
export { type LocalErrorCode, RadistServerError, type RadistServerErrorCode } from "./error.ts";
export type { EventListOptions } from "./event-list.ts";
export type { EventOptions, EventStream } from "./event-stream.ts";
export type { ListOptions } from "./list.ts";
