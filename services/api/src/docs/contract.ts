import { createRoute } from "@hono/zod-openapi";
import { ApiInfo } from "@radist-tech/protocol";
import { answers } from "./route-parts.ts";

export const apiInfoRoute = createRoute({
  tags: ["About"],
  security: [],
  method: "get",
  path: "/api/v1",
  operationId: "getApiInfo",
  summary: "See which version serves this API, and where it is described",
  responses: { 200: answers("The API.", ApiInfo) },
});
