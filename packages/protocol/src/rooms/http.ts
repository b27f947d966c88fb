import { z } from "zod";
import { Instant } from "../common.ts";
import { CallToken } from "../credentials.ts";
import { PeerId, RoomId } from "../ids.ts";
import { LIST_DESCRIPTION, ListCursor } from "../list-cursor.ts";
import { DuplicateIdentity, E2eeMode, Metadata, Participant } from "./participant.ts";

export const CreateRoom = z
  .strictObject({
    /** How many tokens to mint with the room. */
    tokens: z.int().min(1).max(100).default(2),
    /** Null: as many as the media servers carry. */
    maxParticipants: z.int().min(1).max(10_000).nullable().default(null),
    e2ee: E2eeMode.default("optional"),
    metadata: Metadata.default(null),
    /** The room ends when nobody has been connected for this long. */
    idleSeconds: z
      .int()
      .min(1)
      .max(30 * 86_400)
      .default(3_600),
  })
  .meta({ id: "CreateRoom" });
export type CreateRoom = z.input<typeof CreateRoom>;

export const CreatedRoom = z
  .object({ roomId: RoomId, roomTokens: z.array(CallToken) })
  .meta({ id: "CreatedRoom", description: "A room, and single-use tokens for it." });
export type CreatedRoom = z.infer<typeof CreatedRoom>;

export const MintRoomToken = z
  .strictObject({
    /** How long the token can be used, seconds. Default: as the platform is set up, 600 unless its operator says otherwise. */
    ttlSeconds: z.int().min(1).max(86_400).optional(),
    participant: z.strictObject(Participant.shape).default({ canPublish: true, canSubscribe: true }),
    /** `replace`: who joins with the token takes the place of the participants that have its identity then. */
    duplicateIdentity: DuplicateIdentity.default("allow"),
  })
  .refine(({ participant, duplicateIdentity }) => duplicateIdentity === "allow" || participant.identity !== undefined, {
    path: ["participant", "identity"],
    message: "Required for duplicateIdentity: replace",
  })
  .meta({ id: "MintRoomToken" });
export type MintRoomToken = z.input<typeof MintRoomToken>;

export const MintedRoomToken = z.object({ roomToken: CallToken }).meta({ id: "MintedRoomToken" });
export type MintedRoomToken = z.infer<typeof MintedRoomToken>;

export const RoomSummary = z
  .object({ roomId: RoomId, createdAt: Instant, tombstonedAt: Instant.nullable() })
  .meta({ id: "RoomSummary" });
export type RoomSummary = z.infer<typeof RoomSummary>;

export const RoomPage = z
  .object({ rooms: z.array(RoomSummary), page: z.int(), limit: z.int(), total: z.int(), cursor: ListCursor.optional() })
  .meta({ id: "RoomPage", description: LIST_DESCRIPTION });
export type RoomPage = z.infer<typeof RoomPage>;

export const LiveParticipant = Participant.extend({
  peerId: PeerId,
  status: z.enum(["connected", "disconnected"]),
  joinedAt: Instant,
  canPublish: z.boolean(),
  canSubscribe: z.boolean(),
}).meta({ id: "LiveParticipant" });
export type LiveParticipant = z.infer<typeof LiveParticipant>;

export const RoomDetails = RoomSummary.extend({
  maxParticipants: z.int().nullable(),
  e2ee: E2eeMode,
  metadata: Metadata,
  idleSeconds: z.int(),
  participants: z.array(LiveParticipant),
}).meta({ id: "RoomDetails", description: "A room with those who hold a place in it, in the order they joined." });
export type RoomDetails = z.infer<typeof RoomDetails>;

export const UsageInterval = z.enum(["hour", "day"]).meta({ id: "UsageInterval" });
export type UsageInterval = z.infer<typeof UsageInterval>;

const participantSeconds = {
  /** Seconds that participants spent in two-person calls, added up. */
  p2pParticipantSeconds: z.number().nonnegative(),
  /** Seconds that participants spent in rooms, added up. */
  roomParticipantSeconds: z.number().nonnegative(),
};

export const Usage = z
  .object({
    from: Instant,
    to: Instant,
    interval: UsageInterval,
    intervals: z.array(z.object({ start: Instant, ...participantSeconds })),
    total: z.object(participantSeconds),
  })
  .meta({ id: "Usage", description: "Participant-seconds per interval (UTC), counted up to the last checkpoint." });
export type Usage = z.infer<typeof Usage>;
