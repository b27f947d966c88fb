import { createRoute } from "@hono/zod-openapi";
import { EventPage, ProjectId } from "@radist-tech/protocol";
import { z } from "zod";
import { refuses, SECRET_KEY_REFUSALS } from "../docs/refusals.ts";
import { answers, SECURITY } from "../docs/route-parts.ts";
import { EventQuery } from "./event-query.ts";

export const listEventsRoute = createRoute({
  tags: ["Events"],
  security: SECURITY.secretKey,
  method: "get",
  path: "/api/v1/projects/{projectId}/events",
  operationId: "listEvents",
  summary: "Read what has happened, oldest first",
  description:
    "Keep the cursor of each answer and send it as after in the next request: you will miss no event and see none twice. An event can be read a fraction of a second after it happened, and for 30 days unless the platform is set up otherwise. Events about one subject come in the order of their seq.",
  request: { params: z.object({ projectId: ProjectId }), query: EventQuery },
  responses: {
    200: answers("The events.", EventPage),
    ...refuses(
      ...SECRET_KEY_REFUSALS,
      ...([
        "invalid_cursor",
        "invalid_limit",
        "invalid_types",
        "invalid_subject",
        "cursor_expired",
        "too_many_reports",
      ] as const),
    ),
  },
});
