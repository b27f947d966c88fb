export { type CreateConnectionOptions, RadistClient, type RadistClientOptions } from "./client.ts";
export type { RadistConnection } from "./connection.ts";
export { RadistError, type RadistErrorCode } from "./errors.ts";
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
