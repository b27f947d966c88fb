import { z } from "zod";
import { Instant } from "./common.ts";
import { AccessControl } from "./http.ts";
import { CallId, KeyId, PeerId, ProjectId, RoomId } from "./ids.ts";
import { MediaKind } from "./rooms/media-parameters.ts";
import { E2eeMode } from "./rooms/participant.ts";

/** What an event is about. `seq` counts the events of one subject. */
export const EventSubject = z
  .object({ kind: z.enum(["call", "room", "session", "project"]), id: z.string() })
  .meta({ id: "EventSubject", description: "A call, a room, a session of the usage ledger, or the project itself." });
export type EventSubject = z.infer<typeof EventSubject>;
export type EventSubjectKind = EventSubject["kind"];

/** Why a participant is no longer in a call. */
export const CallParticipantLeftReason = z.enum(["left", "expired", "withdrawn", "terminated", "idle"]);
export type CallParticipantLeftReason = z.infer<typeof CallParticipantLeftReason>;

/**
 * Why a participant is no longer in a room. `node_lost`: its media server died, and it did not come back; `superseded`:
 * another one joined under its identity, to take its place.
 */
export const RoomParticipantLeftReason = z.enum([
  "left",
  "disconnected",
  "expired",
  "withdrawn",
  "kicked",
  "superseded",
  "terminated",
  "idle",
  "node_lost",
]);
export type RoomParticipantLeftReason = z.infer<typeof RoomParticipantLeftReason>;

const participant = z.object({ peerId: PeerId });
const identified = participant.extend({ identity: z.string().optional(), name: z.string().optional() });
const track = participant.extend({ producerId: z.string(), kind: MediaKind });

/** The data of each type of event. */
export const EVENT_DATA = {
  "call.created": z.object({ callId: CallId, accessControl: AccessControl }),
  "call.ended": z.object({ callId: CallId, reason: z.enum(["left", "terminated", "idle"]) }),
  "call.participant_joined": participant,
  "call.participant_disconnected": participant,
  "call.participant_reconnected": participant,
  "call.participant_left": participant.extend({ reason: CallParticipantLeftReason }),
  "room.created": z.object({ roomId: RoomId, maxParticipants: z.int().nullable(), e2ee: E2eeMode }),
  "room.ended": z.object({ roomId: RoomId, reason: z.enum(["terminated", "idle"]) }),
  "room.participant_joined": identified,
  "room.participant_disconnected": participant,
  "room.participant_resumed": participant,
  "room.participant_left": participant.extend({ reason: RoomParticipantLeftReason }),
  "room.track_published": track,
  "room.track_unpublished": track.extend({ reason: z.enum(["unpublished", "left", "migrated", "node_lost"]) }),
  "usage.session_closed": z.object({
    kind: z.enum(["p2p", "room"]),
    /** The call or the room. */
    subjectId: z.string(),
    peerId: PeerId,
    identity: z.string().optional(),
    openedAt: Instant,
    closedAt: Instant,
    /** Participant-seconds, to the millisecond. */
    seconds: z.number().nonnegative(),
    reason: z.string(),
  }),
  "project.created": z.object({ name: z.string() }),
  "project.updated": z.object({ changed: z.array(z.string()) }),
  "project.deleted": z.object({}),
  "key.created": z.object({ keyId: KeyId, name: z.string() }),
  "key.revoked": z.object({ keyId: KeyId }),
} as const;

export type EventData = { readonly [Type in keyof typeof EVENT_DATA]: z.infer<(typeof EVENT_DATA)[Type]> };

export const EventType = z
  .enum(Object.keys(EVENT_DATA) as [keyof EventData, ...(keyof EventData)[]])
  .meta({ id: "EventType" });
export type EventType = z.infer<typeof EventType>;

/** Something that became true: an event before it has its number and its id. */
export type Fact<Type extends EventType = EventType> = {
  readonly [T in Type]: { readonly type: T; readonly data: EventData[T] };
}[Type];

const head = {
  eventId: z.uuid(),
  projectId: ProjectId,
  subject: EventSubject,
  seq: z.int().positive().meta({ description: "Counts the events of one subject from 1, without gaps." }),
  occurredAt: Instant,
};

const eventOf = <Type extends EventType>(type: Type) =>
  z.object({ ...head, type: z.literal(type), data: EVENT_DATA[type] });

/** A fact that a customer may build on. */
export const Event = z
  .discriminatedUnion("type", [
    eventOf("call.created"),
    eventOf("call.ended"),
    eventOf("call.participant_joined"),
    eventOf("call.participant_disconnected"),
    eventOf("call.participant_reconnected"),
    eventOf("call.participant_left"),
    eventOf("room.created"),
    eventOf("room.ended"),
    eventOf("room.participant_joined"),
    eventOf("room.participant_disconnected"),
    eventOf("room.participant_resumed"),
    eventOf("room.participant_left"),
    eventOf("room.track_published"),
    eventOf("room.track_unpublished"),
    eventOf("usage.session_closed"),
    eventOf("project.created"),
    eventOf("project.updated"),
    eventOf("project.deleted"),
    eventOf("key.created"),
    eventOf("key.revoked"),
  ])
  .meta({ id: "Event" });
export type Event = z.infer<typeof Event>;
