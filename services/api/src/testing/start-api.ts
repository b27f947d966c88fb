import { type Bus, inProcessBus } from "@radist-tech/bus";
import { type Connection, connect } from "@radist-tech/db";
import { createLogger, createRegistry, listen } from "@radist-tech/runtime";
import { freshDatabase } from "@radist-tech/testkit";
import { z } from "zod";
import { type ApiSettings, apiSettings } from "../config.ts";
import { createApi } from "../service.ts";
import { ApiClient } from "./client.ts";
import { credentialsIn } from "./credentials-in.ts";

export const ADMIN_TOKEN = "admin-token-of-the-tests-Zq7";

export interface TestApi extends AsyncDisposable {
  readonly url: string;
  readonly databaseUrl: string;
  readonly client: ApiClient;
  readonly routes: readonly { readonly method: string; readonly path: string }[];
  readonly connection: Connection;
  readonly bus: Bus;
  /** Everything that was logged, at level `trace`. */
  readonly logs: () => string;
}

export interface TestApiOptions {
  /** Default: a fresh database on the shared Postgres. */
  readonly databaseUrl?: string;
  readonly bus?: Bus;
  readonly settings?: Partial<ApiSettings>;
}

/**
 * The real API on a free port. Disposal fails when a credential was logged.
 */
export async function startApi(options: TestApiOptions = {}): Promise<TestApi> {
  const resources = new AsyncDisposableStack();
  const databaseUrl = options.databaseUrl ?? resources.use(await freshDatabase()).url;
  const connection = resources.use(await connect(databaseUrl));
  const bus = options.bus ?? resources.use(inProcessBus());
  await connection.migrate();
  let logs = "";
  const write = (line: string): void => {
    logs += line;
  };
  const logger = createLogger({ name: "api", level: "trace" }, { write });
  const registry = createRegistry("api");
  // Every test comes from one address; only the tests of the throttle want to be throttled.
  const defaults = z.object(apiSettings).parse({ RADIST_ADMIN_TOKEN: ADMIN_TOKEN, AUTH_FREE_FAILURES: "1000000" });
  const config = { ...defaults, ...options.settings };
  const api = createApi({ connection, bus, logger, registry, config });
  const listening = resources.use(await listen({ planes: [api], port: 0, host: "127.0.0.1", logger, registry }));
  return {
    url: listening.url,
    databaseUrl,
    client: new ApiClient(listening.url, ADMIN_TOKEN),
    routes: api.http.routes,
    connection,
    bus,
    logs: () => logs,
    async [Symbol.asyncDispose]() {
      await resources.disposeAsync();
      const leaked = credentialsIn(logs).concat(logs.includes(ADMIN_TOKEN) ? ["the admin token"] : []);
      if (leaked.length > 0) throw new Error(`Credentials were logged: ${leaked.join(", ")}`);
    },
  };
}
