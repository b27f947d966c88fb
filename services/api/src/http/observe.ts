import type { Logger } from "@radist-tech/runtime";
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { matchedRoutes } from "hono/route";
import type { ApiMetrics } from "../metrics.ts";
import type { ApiEnv } from "./env.ts";

/**
 * Measures and logs each request. Both use the route's pattern, not the path: a caller may have put anything into the
 * path by mistake, even a credential.
 */
export function observe(logger: Logger, metrics: ApiMetrics) {
  return createMiddleware<ApiEnv>(async (context, next) => {
    const startedAt = performance.now();
    await next();
    const durationMs = performance.now() - startedAt;
    const { method } = context.req;
    const { status } = context.res;
    const route = routeOf(context);
    metrics.requestSeconds.observe({ method, route, status: `${Math.floor(status / 100)}xx` }, durationMs / 1_000);
    logger.info(
      {
        requestId: context.get("requestId"),
        projectId: context.get("projectId"),
        method,
        route,
        status,
        durationMs: Math.round(durationMs * 10) / 10,
      },
      "request",
    );
  });
}

function routeOf(context: Context<ApiEnv>): string {
  if (context.req.method === "OPTIONS") return "preflight";
  // Where planes share a process, the page has a handler for every path.
  const handler = matchedRoutes(context).findLast(({ method, path }) => method !== "ALL" && path.startsWith("/api/"));
  return handler?.path ?? "unmatched";
}
