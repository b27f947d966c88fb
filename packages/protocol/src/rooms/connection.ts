import { z } from "zod";
import { Attempt, featureList } from "../common.ts";
import { CallToken, PublicKey, ReconnectToken } from "../credentials.ts";
import { PeerId, RoomId } from "../ids.ts";

/** Path of the room WebSocket. */
export const ROOM_SOCKET_PATH = "/api/v1/sfu/signaling/ws";

/**
 * What a client can ask to be told beyond the contract's own messages, each a family of server messages.
 * `resume` also keeps the peer's place when its socket is lost. `red` brings no messages: the client can send and take
 * Opus in RED (RFC 2198), and is told so by a codec `audio/red` beside `audio/opus`.
 */
export const ROOM_FEATURES = ["presence", "media", "resume", "data", "layers", "levels", "red", "ice"] as const;
export type RoomFeature = (typeof ROOM_FEATURES)[number];

const features = featureList(ROOM_FEATURES);

/** Query of a first connection to a room. */
export const RoomJoinQuery = z.object({
  publicKey: PublicKey,
  roomToken: CallToken,
  attempt: Attempt.optional(),
  features,
});

/** Query of a peer that comes back. */
export const RoomResumeQuery = z.object({
  publicKey: PublicKey,
  roomId: RoomId,
  peerId: PeerId,
  resumeToken: ReconnectToken,
  /** Of a page that was reloaded, and has nothing of its media: the answer is room-joined, with new transports. */
  transports: z.literal("new").optional().catch(undefined),
  features,
});
