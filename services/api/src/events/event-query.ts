import { EventCursor, EventType } from "@radist-tech/protocol";
import { z } from "zod";
import { counting } from "../http/paging.ts";

/** Long enough for every name of a type: what is quoted in an answer is bounded. */
const QUOTED_LENGTH = 64;

const Types = z
  .string()
  .transform((text, context): EventType[] => {
    const types = new Set<EventType>();
    for (const name of text.split(",")) {
      const type = EventType.safeParse(name);
      if (type.success) types.add(type.data);
      else {
        const quoted = JSON.stringify(name.slice(0, QUOTED_LENGTH));
        context.addIssue({ code: "custom", message: `there is no type ${quoted}` });
      }
    }
    return [...types];
  })
  .openapi({
    type: "string",
    description: "Only events of these types, joined by commas.",
    example: "call.ended,room.ended",
  });

/** Which events are asked for. */
export const EventQuery = z.object({
  after: EventCursor.optional().openapi({ description: "The cursor to go on after. Default: from the oldest event." }),
  limit: counting(1_000).default(100).openapi({ type: "integer", minimum: 1, maximum: 1_000, default: 100 }),
  types: Types.optional(),
  subject: z
    .uuid()
    .optional()
    .openapi({ description: "Only events about the call, room, session or project of this id." }),
});
