import { createRoute } from "@hono/zod-openapi";
import { ProjectId, Usage } from "@radist-tech/protocol";
import { z } from "zod";
import { refuses, SECRET_KEY_REFUSALS } from "../docs/refusals.ts";
import { answers, SECURITY } from "../docs/route-parts.ts";
import { UsageQuery } from "./usage-query.ts";

export const getUsageRoute = createRoute({
  tags: ["Usage"],
  security: SECURITY.secretKey,
  method: "get",
  path: "/api/v1/projects/{projectId}/usage",
  operationId: "getUsage",
  summary: "See how much time participants spent, by the hour or day of UTC",
  description:
    "The first interval begins at from, the last one ends at to; those between are whole. At most 1,000 at once.",
  request: { params: z.object({ projectId: ProjectId }), query: UsageQuery },
  responses: {
    200: answers("The usage.", Usage),
    ...refuses(...SECRET_KEY_REFUSALS, "invalid_interval", "too_many_reports"),
  },
});
