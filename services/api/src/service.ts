import { OpenAPIHono } from "@hono/zod-openapi";
import type { Bus } from "@radist-tech/bus";
import type { Connection } from "@radist-tech/db";
import { DatabaseProbe, type Logger, type Plane, startChores } from "@radist-tech/runtime";
import { meterExport } from "@radist-tech/usage";
import { Hono } from "hono";
import type { Registry } from "prom-client";
import { announceOn } from "./announcements.ts";
import { adminAuth } from "./auth/admin.ts";
import { CredentialAttempts } from "./auth/credential-attempts.ts";
import { KeyUse } from "./auth/key-use.ts";
import { publicKeyAuth } from "./auth/public-key.ts";
import { secretKeyAuth } from "./auth/secret-key.ts";
import { stripeMeter } from "./billing/stripe-meter.ts";
import { P2P_API_PATH } from "./calls/contract.ts";
import { serveCalls } from "./calls/routes.ts";
import { apiChores } from "./chores.ts";
import { serveClientFiles } from "./client-files/routes.ts";
import type { ApiSettings } from "./config.ts";
import { serveDocs } from "./docs/routes.ts";
import { serveEvents } from "./events/routes.ts";
import { boundedBody } from "./http/body.ts";
import { publicCors } from "./http/cors.ts";
import type { ApiEnv } from "./http/env.ts";
import { answerErrors } from "./http/errors.ts";
import { noStore } from "./http/no-store.ts";
import { observe } from "./http/observe.ts";
import { requestId } from "./http/request-id.ts";
import { refuseInvalid } from "./http/validation.ts";
import { serveKeys } from "./keys/routes.ts";
import { createMetrics } from "./metrics.ts";
import type { ApiApp, ApiParts } from "./parts.ts";
import { deletedProjects } from "./projects/deleted-projects.ts";
import { serveProjects } from "./projects/routes.ts";
import { Reports } from "./reports/reports.ts";
import { serveRooms } from "./rooms/routes.ts";
import { serveUsage } from "./usage/routes.ts";

export { type ApiSettings, apiSettings } from "./config.ts";

export interface ApiDependencies {
  readonly connection: Connection;
  readonly bus: Bus;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly config: ApiSettings;
  /** Whether the schema is up to date. Default: the caller has migrated it before. */
  readonly isMigrated?: () => boolean;
}

/** The HTTP API: projects, keys, calls and rooms, their tokens, usage, events. The caller keeps connection and bus, and closes them. */
export function createApi(deps: ApiDependencies): Plane {
  const { connection, bus, logger, config } = deps;
  const metrics = createMetrics(deps.registry);
  const attempts = new CredentialAttempts(connection, config, metrics);
  const keyUse = new KeyUse(connection, logger);
  const announcements = announceOn(bus, logger);
  const isMigrated = deps.isMigrated ?? (() => true);
  // Events become visible in time also while requests wait for a connection.
  const chores = connection.apart();
  const { STRIPE_API_KEY: stripeKey, STRIPE_API_URL: stripeUrl } = config;
  const billing = stripeKey === undefined ? [] : [meterExport(connection, stripeMeter(stripeKey, stripeUrl), logger)];
  const doingChores = startChores(
    { connection: chores, nodeId: config.NODE_ID, logger, registry: deps.registry, mayRun: isMigrated },
    // Work on much at once takes longer than events may wait, so it does not share their connection.
    [...apiChores({ quick: chores, bulk: connection }, config), deletedProjects(connection, announcements), ...billing],
  );
  const reports = new Reports(connection);
  const probe = new DatabaseProbe(connection, logger, isMigrated);
  const parts: ApiParts = {
    connection,
    reports,
    logger,
    metrics,
    settings: config,
    announcements,
    auth: {
      admin: adminAuth(config.RADIST_ADMIN_TOKEN, attempts),
      secretKey: secretKeyAuth(connection, attempts, keyUse),
      publicKey: publicKeyAuth(connection, attempts),
    },
  };

  const app: ApiApp = new OpenAPIHono<ApiEnv>({ defaultHook: refuseInvalid });
  app.onError(answerErrors(logger, metrics));
  app.use("/api/v1/*", requestId, observe(logger, metrics), noStore);
  app.use(P2P_API_PATH, publicCors);
  app.use("/api/v1/*", boundedBody);
  serveDocs(app);
  serveClientFiles(app);
  serveProjects(app, parts);
  serveKeys(app, parts);
  serveCalls(app, parts);
  serveRooms(app, parts);
  serveUsage(app, parts);
  serveEvents(app, parts);

  const close = async (): Promise<void> => {
    attempts.close();
    await Promise.all([doingChores[Symbol.asyncDispose](), keyUse.settled()]);
    await Promise.all([chores.close(), reports.close(), probe.close()]);
  };
  return {
    name: "api",
    http: new Hono().route("/", app),
    checks: {
      database: () => probe.isUp(),
      migrated: isMigrated,
      bus: () => bus.connected,
    },
    // Requests under way are short, but for refusals that are held back.
    async drain() {
      attempts.close();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
