export type {
  AccessControl,
  CallDetails,
  CallPage,
  CallSummary,
  CreatedCall,
  CreatedRoom,
  CreateRoom,
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
