import { randomUUID } from "node:crypto";
import { createMiddleware } from "hono/factory";
import type { ApiEnv } from "./env.ts";

const ACCEPTABLE = /^[0-9A-Za-z_.:-]{1,128}$/;

/** Names the request in logs and in every answer; a caller's own X-Request-Id is kept when it is harmless. */
export const requestId = createMiddleware<ApiEnv>(async (context, next) => {
  const offered = context.req.header("x-request-id");
  const id = offered !== undefined && ACCEPTABLE.test(offered) ? offered : randomUUID();
  context.set("requestId", id);
  context.header("x-request-id", id);
  await next();
});
