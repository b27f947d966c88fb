import { z } from "zod";
import { randomBase62 } from "./checksum.ts";

export const ProjectId = z.uuid().brand<"ProjectId">();
export type ProjectId = z.infer<typeof ProjectId>;

export const KeyId = z.uuid().brand<"KeyId">();
export type KeyId = z.infer<typeof KeyId>;

export const CallId = z
  .uuid()
  .brand<"CallId">()
  .meta({ id: "CallId", example: "550e8400-e29b-41d4-a716-446655440000" });
export type CallId = z.infer<typeof CallId>;

export const RoomId = z
  .uuid()
  .brand<"RoomId">()
  .meta({ id: "RoomId", example: "7c9e6679-7425-40de-944b-e07fc1f90ae7" });
export type RoomId = z.infer<typeof RoomId>;

/** Identifies a peer within its call or room; proves nothing. */
export const PeerId = z
  .string()
  .regex(/^peer_[0-9A-Za-z]{1,32}$/)
  .brand<"PeerId">()
  .meta({ id: "PeerId", example: "peer_a1b2c3d4e5f6g7h8" });
export type PeerId = z.infer<typeof PeerId>;

/** Names a process that owns sockets: 1–64 letters, digits, `_`, `-`. */
export const NodeId = z
  .string()
  .regex(/^[0-9A-Za-z_-]{1,64}$/)
  .brand<"NodeId">();
export type NodeId = z.infer<typeof NodeId>;

/** Counts the claims on what a node owns, as a fencing token: a write under an older epoch is refused. */
export const Epoch = z.int().nonnegative().brand<"Epoch">();
export type Epoch = z.infer<typeof Epoch>;

const newUuid = (): string => crypto.randomUUID();
export const newProjectId = (): ProjectId => newUuid() as ProjectId;
export const newKeyId = (): KeyId => newUuid() as KeyId;
export const newCallId = (): CallId => newUuid() as CallId;
export const newRoomId = (): RoomId => newUuid() as RoomId;
export const newPeerId = (): PeerId => `peer_${randomBase62(16)}` as PeerId;
export const newNodeId = (): NodeId => `node_${randomBase62(10)}` as NodeId;
