import { z } from "zod";
import { Event, type EventType } from "./events.ts";

/** Where a reader of events has come to. Opaque: compare and parse none. */
export const EventCursor = z
  .string()
  .meta({ id: "EventCursor", description: "Where a reader has come to. Opaque.", example: "evc_2s" });

export const ListedEvent = Event.and(
  z.object({ cursor: EventCursor.meta({ description: "To go on after this event, give it as after." }) }),
).meta({ id: "ListedEvent" });
export type ListedEvent<Type extends EventType = EventType> = Extract<z.infer<typeof ListedEvent>, { type: Type }>;

export const EventPage = z.object({ events: z.array(ListedEvent), cursor: EventCursor }).meta({
  id: "EventPage",
  description:
    "Oldest first. cursor is where the next page begins, also when this one is empty: keep it, and give it as after.",
  example: {
    events: [
      {
        eventId: "0b0f7f0c-4d7e-4a57-9a3e-0c4a2d7f9f51",
        type: "call.participant_left",
        projectId: "7d1c3d0e-52f1-4f4c-9d7c-0c5a4b9b7a10",
        subject: { kind: "call", id: "550e8400-e29b-41d4-a716-446655440000" },
        seq: 4,
        occurredAt: "2026-05-05T10:30:00.000Z",
        data: { peerId: "peer_a1b2c3d4e5f6g7h8", reason: "left" },
        cursor: "evc_2s",
      },
    ],
    cursor: "evc_2s",
  },
});
export type EventPage<Type extends EventType = EventType> = {
  events: ListedEvent<Type>[];
  cursor: string;
};
