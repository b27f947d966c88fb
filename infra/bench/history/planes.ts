import { fileURLToPath } from "node:url";
import { type OwnService, ownNats, startService } from "@radist-tech/testkit";
import { workerBin } from "../rooms/servers.ts";
import type { StoredHistory } from "./stored-history.ts";

const ADMIN_TOKEN = "admin-token-of-the-bench";
const SERVICES = ["api", "signaling", "sfu"] as const;
type ServiceName = (typeof SERVICES)[number];

/** Every plane as a process of its own, beside a history. */
export interface Platform extends AsyncDisposable {
  readonly history: StoredHistory;
  /** Of the project that has the history. */
  readonly secretKey: string;
  url(service: ServiceName): string;
  /** @param path below `/api/v1`; without a bearer the admin asks */
  ask(method: string, path: string, bearer?: string, json?: object): Promise<Answer>;
  /** Stops all planes, and starts them again; resolves when all of them are ready. */
  restart(): Promise<{ readonly readyMs: number }>;
}

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export async function openPlatform(history: StoredHistory): Promise<Platform> {
  await using stack = new AsyncDisposableStack();
  const nats = stack.use(await ownNats());
  const media = { MEDIA_PORT: "0", MEDIA_WORKERS: "1", MEDIASOUP_WORKER_BIN: await workerBin() };
  const shared = { DATABASE_URL: history.url, NATS_URL: nats.url, LOG_LEVEL: "info" };
  const settings: Record<ServiceName, Record<string, string>> = {
    api: { RADIST_ADMIN_TOKEN: ADMIN_TOKEN },
    signaling: {},
    sfu: media,
  };
  let running = new Map<ServiceName, OwnService>();
  const start = async (): Promise<void> => {
    const started = await Promise.all(
      SERVICES.map(async (name) => {
        const main = fileURLToPath(new URL(`../../../services/${name}/src/main.ts`, import.meta.url));
        return [name, await startService({ main, env: { ...shared, ...settings[name] } })] as const;
      }),
    );
    running = new Map(started);
  };
  const stop = async (): Promise<void> => {
    await Promise.all([...running.values()].map((service) => service[Symbol.asyncDispose]()));
    running.clear();
  };
  stack.defer(stop);
  await start();

  const url = (name: ServiceName): string => running.get(name)?.url ?? "";
  const ask = async (method: string, path: string, bearer = ADMIN_TOKEN, json?: object): Promise<Answer> => {
    const headers = { authorization: `Bearer ${bearer}`, ...(json && { "content-type": "application/json" }) };
    const body = json ? JSON.stringify(json) : null;
    const response = await fetch(`${url("api")}/api/v1${path}`, { method, headers, body });
    const text = await response.text();
    return { status: response.status, body: text ? JSON.parse(text) : {} };
  };
  const { body } = await ask("POST", `/projects/${history.projectId}/keys`, ADMIN_TOKEN, { name: "bench" });
  const resources = stack.move();
  return {
    history,
    secretKey: String(body.secretKey),
    url,
    ask,
    async restart() {
      await stop();
      const startedAt = performance.now();
      await start();
      return { readyMs: performance.now() - startedAt };
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
