import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Connection } from "@radist-tech/db";
import type { Logger } from "@radist-tech/runtime";
import type { MiddlewareHandler } from "hono";
import type { Announcements } from "./announcements.ts";
import type { CallerEnv, ProjectCallerEnv } from "./auth/caller.ts";
import type { ApiSettings } from "./config.ts";
import type { ApiEnv } from "./http/env.ts";
import type { ApiMetrics } from "./metrics.ts";
import type { Reports } from "./reports/reports.ts";

export type ApiApp = OpenAPIHono<ApiEnv>;

/** What all features share. */
export interface ApiParts {
  readonly connection: Connection;
  readonly reports: Reports;
  readonly settings: ApiSettings;
  readonly logger: Logger;
  readonly metrics: ApiMetrics;
  readonly announcements: Announcements;
  readonly auth: {
    readonly admin: MiddlewareHandler<ApiEnv & CallerEnv>;
    readonly secretKey: MiddlewareHandler<ApiEnv & ProjectCallerEnv>;
    readonly publicKey: MiddlewareHandler<ApiEnv & ProjectCallerEnv>;
  };
}
