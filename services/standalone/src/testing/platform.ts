import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { P2P_SOCKET_PATH, ROOM_SOCKET_PATH } from "@radist-tech/protocol";
import { RadistServerClient } from "@radist-tech/server";
import { freshDatabase, type OwnProcess, type OwnService, sharedNatsUrl, startService } from "@radist-tech/testkit";
import { type Front, openFront } from "./front.ts";

/** A running platform as its users reach it: one origin, a project, a backend's client. */
export interface Platform extends AsyncDisposable {
  readonly front: Front;
  readonly server: RadistServerClient;
  /** The processes whose children are the media workers. */
  readonly media: readonly OwnProcess[];
}

export interface ProjectKeys {
  readonly projectId: string;
  readonly publicKey: string;
  readonly secretKey: string;
}

export const ADMIN_TOKEN = "admin-token-of-the-tests";

/** Media on whichever ports are free. Two workers, so that rooms can go on when one is killed. */
export const MEDIA = {
  MEDIA_PORT: "0",
  MEDIA_WORKERS: "2",
  ...(process.env.MEDIASOUP_WORKER_BIN && { MEDIASOUP_WORKER_BIN: process.env.MEDIASOUP_WORKER_BIN }),
};

export const mainOf = (service: string): string =>
  fileURLToPath(new URL(`../../../${service}/src/main.ts`, import.meta.url));

/** A start of the one process, from its sources or from another program. */
export function startStandalone(
  dataDirectory: string,
  more: Record<string, string> = {},
  main = mainOf("standalone"),
): Promise<OwnService> {
  const env = { RADIST_DATA_DIR: dataDirectory, RADIST_ADMIN_TOKEN: ADMIN_TOKEN, ...MEDIA, ...more };
  // A process with ADMIN_PORT says only there whether it is ready.
  const readyPath = more.ADMIN_PORT === undefined ? "/readyz" : "/healthz";
  return startService({ main, env, readyPath, portIn: /http:\/\/localhost:(\d+)\// });
}

/** The value that the start printed beside a label. */
export function printed(output: string, label: string): string {
  const value = new RegExp(`${label} +(\\S+)`).exec(output)?.[1];
  if (!value) throw new Error(`The start did not print: ${label}\n${output}`);
  return value;
}

export async function temporaryDirectory(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), "radist-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Everything in one process, on embedded Postgres and the in-process bus. */
export async function onePlatform(env: Record<string, string> = {}, programOf = mainOf): Promise<Platform> {
  await using stack = new AsyncDisposableStack();
  const directory = stack.use(await temporaryDirectory());
  const started = stack.use(await startStandalone(join(directory.path, "data"), env, programOf("standalone")));
  const { output } = started.process;
  const front = stack.use(await openFront(() => started.port));
  return platform(stack.move(), front, [started.process], {
    projectId: printed(output, "Project id"),
    secretKey: printed(output, "Secret key"),
  });
}

/** Each plane a process of its own, two of them for signaling and two for rooms, on Postgres and NATS. */
export async function apartPlatform(programOf = mainOf): Promise<Platform> {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await freshDatabase());
  const shared = { DATABASE_URL: database.url, NATS_URL: sharedNatsUrl() };
  const start = async (service: string, env: Record<string, string>): Promise<OwnService> =>
    stack.use(await startService({ main: programOf(service), env: { ...shared, ...env } }));
  const api = await start("api", { RADIST_ADMIN_TOKEN: ADMIN_TOKEN });
  const project = await createProject(api.url);
  const [web, ...sockets] = await Promise.all([
    start("web", {
      API_BASE_URL: `${api.url}/api/v1`,
      RADIST_PROJECT_ID: project.projectId,
      RADIST_PUBLIC_KEY: project.publicKey,
      RADIST_KEY: project.secretKey,
    }),
    start("signaling", {}),
    start("signaling", {}),
    start("sfu", MEDIA),
    start("sfu", MEDIA),
  ]);
  const [signaling, sfu] = [sockets.slice(0, 2), sockets.slice(2)];
  let turn = 0;
  const pick = (path: string): number => {
    if (path.startsWith(P2P_SOCKET_PATH)) return signaling[turn++ % signaling.length]?.port ?? 0;
    if (path.startsWith(ROOM_SOCKET_PATH)) return sfu[turn++ % sfu.length]?.port ?? 0;
    return path.startsWith("/api/") ? api.port : web.port;
  };
  const front = stack.use(await openFront(pick));
  return platform(
    stack.move(),
    front,
    sfu.map((node) => node.process),
    project,
  );
}

function platform(
  stack: AsyncDisposableStack,
  front: Front,
  media: readonly OwnProcess[],
  keys: { projectId: string; secretKey: string },
): Platform {
  const server = new RadistServerClient(keys.secretKey, {
    projectId: keys.projectId,
    apiBaseUrl: `${front.url}/api/v1`,
  });
  return { front, server, media, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

export async function createProject(api: string): Promise<ProjectKeys> {
  const answer = await fetch(`${api}/api/v1/projects`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify({ name: "tests" }),
  });
  return (await answer.json()) as ProjectKeys;
}
