import { timingSafeEqual } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import { createMiddleware } from "hono/factory";
import type { ApiEnv } from "../http/env.ts";
import { bearerToken } from "./bearer.ts";
import type { CallerEnv } from "./caller.ts";
import type { CredentialAttempts } from "./credential-attempts.ts";
import { sha256 } from "./digest.ts";

/** Admits requests with the admin token. Comparing digests in constant time reveals neither content nor length. */
export function adminAuth(adminToken: string, attempts: CredentialAttempts): MiddlewareHandler<ApiEnv & CallerEnv> {
  const expected = sha256(adminToken);
  return createMiddleware<ApiEnv & CallerEnv>(async (context, next) => {
    const credential = bearerToken(context.req.header("authorization"));
    if (!timingSafeEqual(sha256(credential), expected)) return attempts.refuse(context, "invalid_admin_token");
    context.set("caller", { scope: "admin", credential });
    await next();
  });
}
