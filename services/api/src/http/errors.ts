import { isUnavailable } from "@radist-tech/db";
import { type ErrorBody, Refusal } from "@radist-tech/protocol";
import { type Logger, logUnavailable, RetryLater } from "@radist-tech/runtime";
import type { ErrorHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { ApiMetrics } from "../metrics.ts";
import type { ApiEnv } from "./env.ts";

const RETRY_AFTER_SECONDS = "1";

/** Turns every thrown error into an answer. Bugs are logged in full and shown without detail. */
export function answerErrors(logger: Logger, metrics: ApiMetrics): ErrorHandler<ApiEnv> {
  return (error, context) => {
    const refusal = refusalOf(error);
    metrics.errors.inc({ code: refusal.code });
    const ids = { requestId: context.get("requestId"), projectId: context.get("projectId") };
    if (refusal.code === "internal_error") logger.error({ err: error, ...ids }, "request failed");
    if (isUnavailable(error)) logUnavailable(logger, error, "a request could not be answered", ids);
    if (refusal.code === "unavailable" || refusal.code === "too_many_reports") {
      context.header("retry-after", RETRY_AFTER_SECONDS);
    }
    if (refusal instanceof RetryLater) context.header("retry-after", String(refusal.retryAfterSeconds));
    // Required of every 401 (RFC 9110, 11.6.1).
    if (refusal.spec.status === 401) context.header("www-authenticate", "Bearer");
    const body: ErrorBody = { error: refusal.message, code: refusal.code, requestId: ids.requestId };
    return context.json(body, refusal.spec.status as ContentfulStatusCode);
  };
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (isUnavailable(error)) return new Refusal("unavailable");
  // The router's validators throw these two themselves, before any schema is applied.
  if (error instanceof HTTPException && error.status === 415) {
    return new Refusal("invalid_body", "Invalid request body: Content-Type must be application/json.");
  }
  if (error instanceof HTTPException && error.status === 400) {
    return new Refusal("invalid_body", "Invalid request body: not valid JSON.");
  }
  return new Refusal("internal_error");
}
