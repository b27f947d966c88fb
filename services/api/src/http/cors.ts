import { Refusal } from "@radist-tech/protocol";
import { createMiddleware } from "hono/factory";
import type { ApiEnv, Exchange } from "./env.ts";

const ALLOWED_HEADERS = "Authorization, Content-Type, Idempotency-Key, X-Request-Id";
const EXPOSED_HEADERS = "X-Request-Id, Retry-After, Idempotency-Replayed";
/** Chromium keeps a preflight no longer than this. */
const PREFLIGHT_SECONDS = "7200";

/**
 * Answers preflights and allows any origin until {@link admitOrigin} narrows it. A preflight carries no key, so its
 * project is unknown.
 */
export const publicCors = createMiddleware<ApiEnv>(async (context, next) => {
  context.header("access-control-allow-origin", "*");
  if (context.req.method === "OPTIONS") {
    context.header("access-control-allow-methods", "POST, OPTIONS");
    context.header("access-control-allow-headers", ALLOWED_HEADERS);
    context.header("access-control-max-age", PREFLIGHT_SECONDS);
    return context.body(null, 204);
  }
  context.header("access-control-expose-headers", EXPOSED_HEADERS);
  await next();
});

/**
 * Restricts an answer to the origins that the project allows; an empty list allows any. Requests without an Origin do
 * not come from a page.
 *
 * @throws {Refusal} `origin_not_allowed`
 */
export function admitOrigin(context: Exchange, allowedOrigins: readonly string[]): void {
  if (allowedOrigins.length === 0) return;
  context.header("vary", "Origin", { append: true });
  context.header("access-control-allow-origin", undefined);
  const origin = context.req.header("origin");
  if (origin === undefined) return;
  if (!allowedOrigins.includes(origin)) throw new Refusal("origin_not_allowed");
  context.header("access-control-allow-origin", origin);
}
