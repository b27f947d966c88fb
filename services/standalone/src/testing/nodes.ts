import { connect } from "@radist-tech/db";
import {
  type FreshDatabase,
  freshDatabase,
  type OwnProcess,
  type OwnService,
  sharedNatsUrl,
  startService,
} from "@radist-tech/testkit";
import { ADMIN_TOKEN, createProject, MEDIA, mainOf, type ProjectKeys } from "./platform.ts";

export type Plane = "api" | "signaling" | "sfu";
export const PLANES: readonly Plane[] = ["api", "signaling", "sfu"];

export interface NodesOptions {
  /** Of all of them. */
  readonly env?: Readonly<Record<string, string>>;
  /** How many of each plane; default two. */
  readonly perPlane?: number;
  /** What they are told of the database. Default: a fresh one on the shared Postgres, where the schema is up to date. */
  readonly databaseUrl?: string;
}

/** Nodes of each plane on one database, each of which can be killed and replaced. */
export interface Nodes extends AsyncDisposable {
  readonly databaseUrl: string;
  readonly project: ProjectKeys;
  /** The origin of a node. */
  url(plane: Plane, which: number): string;
  process(plane: Plane, which: number): OwnProcess;
  /** Kills a node as a power cut does, and starts another one in its place. */
  replace(plane: Plane, which: number): Promise<void>;
}

export async function startNodes({ env = {}, perPlane = 2, ...options }: NodesOptions = {}): Promise<Nodes> {
  await using stack = new AsyncDisposableStack();
  const databaseUrl = options.databaseUrl ?? stack.use(await migratedDatabase()).url;
  const shared = { DATABASE_URL: databaseUrl, NATS_URL: sharedNatsUrl(), ...env };
  const start = (plane: Plane): Promise<OwnService> =>
    startService({
      main: mainOf(plane),
      env: {
        ...shared,
        ...(plane === "api" && { RADIST_ADMIN_TOKEN: ADMIN_TOKEN }),
        ...(plane === "sfu" && { ...MEDIA, MEDIA_WORKERS: "1" }),
      },
    });
  const nodes: Record<Plane, OwnService[]> = { api: [], signaling: [], sfu: [] };
  stack.defer(async () => {
    await Promise.all(PLANES.flatMap((plane) => nodes[plane].map((node) => node[Symbol.asyncDispose]())));
  });
  const startAll = (plane: Plane): Promise<OwnService[]> =>
    Promise.all(Array.from({ length: perPlane }, () => start(plane)));
  for (const plane of PLANES) nodes[plane].push(...(await startAll(plane)));
  const node = (plane: Plane, which: number): OwnService => {
    const found = nodes[plane][which % nodes[plane].length];
    if (!found) throw new Error(`There is no ${plane}.`);
    return found;
  };
  const project = await createProject(node("api", 0).url);
  const resources = stack.move();
  return {
    databaseUrl,
    project,
    url: (plane, which) => node(plane, which).url,
    process: (plane, which) => node(plane, which).process,
    async replace(plane, which) {
      const killed = node(plane, which);
      killed.process.signal("SIGKILL");
      await killed[Symbol.asyncDispose]();
      nodes[plane][which % nodes[plane].length] = await start(plane);
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

async function migratedDatabase(): Promise<FreshDatabase> {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await freshDatabase());
  await using connection = await connect(database.url);
  await connection.migrate();
  const resources = stack.move();
  return { url: database.url, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}
