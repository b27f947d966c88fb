import { fileURLToPath } from "node:url";
import { freshDatabase, type OwnProcess, startService } from "@radist-tech/testkit";

export const ADMIN_TOKEN = "an admin token of the tests".replaceAll(" ", "-");

const main = (service: string): string => fileURLToPath(new URL(`../../${service}/src/main.ts`, import.meta.url));

export interface RunningService extends AsyncDisposable {
  readonly origin: string;
  readonly process: OwnProcess;
}

/** The API as a process of its own, on a database of its own. */
export async function startApi(port?: number): Promise<RunningService> {
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await freshDatabase());
  const env = { DATABASE_URL: url, NATS_URL: "memory:", RADIST_ADMIN_TOKEN: ADMIN_TOKEN };
  const api = stack.use(await start({ service: "api", env, port, readyPath: "/readyz" }));
  const owned = stack.move();
  return { ...api, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** This service as a process of its own. */
export function startWeb(apiOrigin: string, env: Record<string, string> = {}): Promise<RunningService> {
  const all = { API_BASE_URL: `${apiOrigin}/api/v1`, ...env };
  return start({ service: "web", env: all, port: undefined, readyPath: "/healthz" });
}

async function start(options: {
  service: string;
  env: Record<string, string>;
  port: number | undefined;
  readyPath: string;
}): Promise<RunningService> {
  const { service, env, port = 0, readyPath } = options;
  const started = await startService({ main: main(service), env: { PORT: String(port), ...env }, readyPath });
  return { origin: started.url, process: started.process, [Symbol.asyncDispose]: () => started[Symbol.asyncDispose]() };
}

/** A request to the admin side of the API. */
export async function admin(origin: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${origin}/api/v1${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}
