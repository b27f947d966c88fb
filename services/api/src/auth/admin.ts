import { timingSafeEqual } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import { createMiddleware } from "hono/factory";
import type { ApiEnv } from "../http/env.ts";
import { bearerToken } from "./bearer.ts";
import type { CallerEnv } from "./caller.ts";
import { sha256 } from "./digest.ts";
import type { FailedAttempts } from "./failed-attempts.ts";

/** Lets whoever has the admin token through. Digests are compared, so that neither content nor length shows in time. */
export function adminAuth(adminToken: string, failures: FailedAttempts): MiddlewareHandler<ApiEnv & CallerEnv> {
  const expected = sha256(adminToken);
  return createMiddleware<ApiEnv & CallerEnv>(async (context, next) => {
    const credential = bearerToken(context.req.header("authorization"));
    if (!timingSafeEqual(sha256(credential), expected)) return failures.refuse(context, "invalid_admin_token");
    context.set("caller", { scope: "admin", credential });
    await next();
  });
}
