import { connect } from "@radist-tech/db";
import { freshDatabase, type OwnService, sharedNatsUrl, startService } from "@radist-tech/testkit";
import { ADMIN_TOKEN, createProject, MEDIA, mainOf, type ProjectKeys } from "./platform.ts";

export type Plane = "api" | "signaling" | "sfu";
export const PLANES: readonly Plane[] = ["api", "signaling", "sfu"];

/** Two nodes of each plane on one database, each of which can be killed and replaced. */
export interface Nodes extends AsyncDisposable {
  readonly databaseUrl: string;
  readonly project: ProjectKeys;
  /** The origin of a node. */
  url(plane: Plane, which: number): string;
  /** Kills a node as a power cut does, and starts another one in its place. */
  replace(plane: Plane, which: number): Promise<void>;
}

/** @param env of all of them */
export async function startNodes(env: Readonly<Record<string, string>>): Promise<Nodes> {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await freshDatabase());
  await using connection = await connect(database.url);
  await connection.migrate();
  const shared = { DATABASE_URL: database.url, NATS_URL: sharedNatsUrl(), ...env };
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
  for (const plane of PLANES) nodes[plane].push(...(await Promise.all([start(plane), start(plane)])));
  const node = (plane: Plane, which: number): OwnService => {
    const found = nodes[plane][which % nodes[plane].length];
    if (!found) throw new Error(`There is no ${plane}.`);
    return found;
  };
  const project = await createProject(node("api", 0).url);
  const resources = stack.move();
  return {
    databaseUrl: database.url,
    project,
    url: (plane, which) => node(plane, which).url,
    async replace(plane, which) {
      const killed = node(plane, which);
      killed.process.signal("SIGKILL");
      await killed[Symbol.asyncDispose]();
      nodes[plane][which % nodes[plane].length] = await start(plane);
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
