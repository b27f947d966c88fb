import { fileURLToPath } from "node:url";
import { Refusal } from "@radist-tech/protocol";
import { type Logger, type Plane, RetryLater } from "@radist-tech/runtime";
import { RadistServerClient, RadistServerError } from "@radist-tech/server";
import { Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { callRoutes } from "./calls/routes.ts";
import { type PageFiles, readPage } from "./page/files.ts";
import { pageRoutes } from "./page/routes.ts";
import { securityHeaders } from "./page/security-headers.ts";
import { refusalOf } from "./refusal.ts";
import { roomRoutes } from "./rooms/routes.ts";
import { type AllowanceLimits, allowances } from "./visitors/allowances.ts";
import { ownSiteOnly } from "./visitors/own-site.ts";

export { visitorConfig, visitorLimits } from "./config.ts";

export interface WebOptions extends AllowanceLimits {
  /** Base URL of the API as this process reaches it, such as `http://api:3000/api/v1`. */
  readonly apiBaseUrl: string;
  readonly projectId: string;
  readonly publicKey: string;
  readonly secretKey: string;
  readonly logger: Logger;
  /** Base URL of the API as browsers reach it. Default `/api/v1`: the page's own origin. */
  readonly publicApiBaseUrl?: string;
  /** The built page. Default: this package's `dist`. */
  readonly pageDirectory?: string;
  /** How many proxies in front of this service append to X-Forwarded-For. Default 0. */
  readonly trustedProxies?: number;
  /** Used in place of `fetch` for the API, such as when it runs in the same process. */
  readonly fetch?: typeof fetch;
}

const DIST = fileURLToPath(new URL("../dist", import.meta.url));

/** The page at `/`, and the small backend under `/web/` that gets it tokens. */
export function createWeb(options: WebOptions): Plane {
  const { logger, projectId, apiBaseUrl } = options;
  const publicApiBaseUrl = options.publicApiBaseUrl ?? "/api/v1";
  const radist = new RadistServerClient(options.secretKey, {
    projectId,
    apiBaseUrl,
    ...(options.fetch && { fetch: options.fetch }),
  });
  const headers = securityHeaders(URL.canParse(publicApiBaseUrl) ? [new URL(publicApiBaseUrl).origin] : []);
  const files = pageReader(options.pageDirectory ?? DIST, logger);

  const http = new Hono();
  http.use("*", async (context, next) => {
    await next();
    if (context.req.path.startsWith("/api/")) return;
    for (const [name, value] of Object.entries(headers)) context.header(name, value);
  });
  http.onError((error, context) => {
    const refusal = error instanceof Refusal ? error : refusalOf(error);
    const requestId = error instanceof RadistServerError ? error.requestId : undefined;
    if (refusal.spec.status >= 500) logger.error({ err: error, projectId }, "request failed");
    if (refusal instanceof RetryLater) context.header("retry-after", String(refusal.retryAfterSeconds));
    const body = { error: refusal.message, code: refusal.code, ...(requestId !== undefined && { requestId }) };
    return context.json(body, refusal.spec.status as ContentfulStatusCode);
  });
  const { trustedProxies = 0, publicKey } = options;
  const { startCall, startRoom, join } = allowances(trustedProxies, options);
  http.use("/web/*", ownSiteOnly);
  http.get("/web/config", (context) => context.json({ publicKey, apiBaseUrl: publicApiBaseUrl }));
  http.route("/", callRoutes({ radist, publicKey, starts: startCall, joins: join }));
  http.route("/", roomRoutes({ radist, starts: startRoom, joins: join }));
  http.route("/", pageRoutes(files));

  const close = () => Promise.resolve();
  return {
    name: "web",
    http,
    checks: { page: async () => (await files()) !== null },
    drain: close,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Reads the page once it exists, and serves it from memory from then on. */
function pageReader(directory: string, logger: Logger): () => Promise<PageFiles | null> {
  let reading: Promise<PageFiles | null> | undefined;
  return async () => {
    reading ??= readPage(directory);
    const page = await reading.catch((error: unknown) => {
      logger.error({ err: error, directory }, "the built page cannot be read");
      return null;
    });
    if (page === null) reading = undefined;
    return page;
  };
}
