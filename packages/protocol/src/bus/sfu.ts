import { z } from "zod";
import { Epoch, NodeId, PeerId, ProjectId, RoomId } from "../ids.ts";

/** Bus subjects of the sfu plane, each with the schema of what travels on it. */
export const SFU_SUBJECTS = {
  /** To a room's home, as a request: a socket on another node wants its place. {@link RoomEntry} → {@link RoomEntered} */
  entries: (node: NodeId) => `sfu.node.${node}.entries`,
  /** To a room's home, as a request: what a client on another node said. {@link RelayBatch} → nothing */
  inbound: (node: NodeId) => `sfu.node.${node}.inbound`,
  /** From a room's home, as a request: what a client on this node is told. {@link RelayBatch} → nothing */
  outbound: (node: NodeId) => `sfu.node.${node}.outbound`,
  /** To all sfu nodes: ended at the API, or claimed by a node. {@link RoomControl} */
  control: "sfu.control",
} as const;

/** Names one socket on the node that holds it. */
export const SessionId = z.uuid().brand<"SessionId">();
export type SessionId = z.infer<typeof SessionId>;
export const newSessionId = (): SessionId => crypto.randomUUID() as SessionId;

const socket = {
  front: NodeId,
  frontEpoch: z.int(),
  session: SessionId,
  projectId: ProjectId,
  features: z.array(z.string()),
};

/** A socket's wish for a place in a room. Tokens travel as SHA-256, in base64url. */
export const RoomEntry = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("join"),
    roomId: RoomId,
    epoch: Epoch,
    tokenHash: z.string(),
    /** Of the attempt that the client named. */
    attemptHash: z.string().optional(),
    ...socket,
  }),
  z.object({
    kind: z.literal("resume"),
    roomId: RoomId,
    epoch: Epoch,
    peerId: PeerId,
    /** The client has nothing of its media. */
    needsTransports: z.literal(true).optional(),
    tokenHash: z.string(),
    ...socket,
  }),
]);
export type RoomEntry = z.infer<typeof RoomEntry>;

/** `not_home`: this node does not hold the room under that epoch; look again. */
export const RoomEntered = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.literal("entered"), peerId: PeerId }),
  z.object({ outcome: z.literal("refused"), code: z.string(), message: z.string() }),
  z.object({ outcome: z.literal("not_home") }),
]);
export type RoomEntered = z.infer<typeof RoomEntered>;

/**
 * Frames of one session in order. `count` grows by one with each batch: a batch that is sent again, because its answer
 * was lost, is known by it. A frame that is more than the bus takes at once goes in parts, one batch after the other.
 */
export const RelayBatch = z.object({
  session: SessionId,
  count: z.int(),
  frames: z.array(z.string()),
  /** The last frame goes on with the first one of the next batch. */
  goesOn: z.literal(true).optional(),
  /** Inbound: since the client was last heard. A batch without frames tells just this. */
  silentMs: z.number().nonnegative().optional(),
  /** The last batch: the socket was lost (inbound), or is to be closed with this code (outbound). */
  end: z.object({ code: z.int(), reason: z.string() }).optional(),
});
export type RelayBatch = z.infer<typeof RelayBatch>;

export const RoomControl = z.discriminatedUnion("type", [
  z.object({ type: z.literal("room_ended"), roomId: RoomId }),
  z.object({ type: z.literal("participant_kicked"), roomId: RoomId, peerId: PeerId }),
  z.object({ type: z.literal("project_deleted"), projectId: ProjectId }),
  z.object({ type: z.literal("home_claimed"), roomId: RoomId, nodeId: NodeId, epoch: Epoch }),
]);
export type RoomControl = z.infer<typeof RoomControl>;
