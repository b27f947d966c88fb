import { type Connection, connect } from "@radist-tech/db";
import { RadistServerClient } from "@radist-tech/server";
import { type FakedClocks, fakeClock } from "@radist-tech/testkit";
import { type Apart, nodeApart } from "./apart.ts";
import { ADMIN_TOKEN, Node, PLANES, type Plane } from "./nodes.ts";
import { Prober } from "./prober.ts";
import { type ServerOptions, type Servers, startServers } from "./servers.ts";

export interface PlatformOptions extends ServerOptions {
  /** How many nodes of each plane; default two, and no sfu. */
  readonly nodes?: Partial<Readonly<Record<Plane, number>>>;
  /** Settings of all services. */
  readonly env?: Readonly<Record<string, string>>;
  /** The last signaling node is in a network of its own, whose paths to Postgres and NATS can be cut. */
  readonly isApart?: boolean;
  /** The clocks of signaling nodes that can be wrong. */
  readonly clocks?: FakedClocks;
}

export interface Project {
  readonly projectId: string;
  readonly publicKey: string;
  readonly secretKey: string;
}

/** The whole platform as separate processes, with a Postgres and NATS of its own, each of which can be made to fail. */
export interface Platform extends AsyncDisposable {
  readonly servers: Servers;
  readonly nodes: readonly Node[];
  /** The paths of the node that is in a network of its own. */
  readonly apart: Apart | undefined;
  readonly prober: Prober;
  /** Opens a connection of its own to whichever Postgres is the primary, past the path of the services. */
  lookInto(): Promise<Connection>;
  readonly projects: readonly Project[];
  nodesOf(plane: Plane): readonly Node[];
  /** The origin of a node that is ready, in turns: what a load balancer does. */
  pick(plane: Plane): string;
  /** A backend's client, whose requests go to whichever api node is ready. */
  backend(project: Project): RadistServerClient;
}

const USUAL: Readonly<Record<Plane, number>> = { api: 2, signaling: 2, sfu: 0 };
/** Stands for the gateway in URLs. */
const GATEWAY = "http://gateway";

export async function startPlatform({
  nodes: counts = {},
  env = {},
  ...options
}: PlatformOptions = {}): Promise<Platform> {
  await using stack = new AsyncDisposableStack();
  const servers = stack.use(await startServers(options));
  const settings = { DATABASE_URL: servers.databaseUrl, NATS_URL: servers.natsUrl, ...env };
  const apart = options.isApart ? stack.use(await nodeApart(servers)) : undefined;
  const nodes: Node[] = [];
  for (const plane of PLANES) {
    const count = counts[plane] ?? USUAL[plane];
    for (let number = 1; number <= count; number++) {
      const elsewhere = plane === "signaling" && number === count ? apart : undefined;
      const clocks = plane === "signaling" ? options.clocks : undefined;
      nodes.push(
        new Node({
          plane,
          name: `${plane}-${number}`,
          env: { ...settings, ...elsewhere?.env },
          network: elsewhere?.network,
          clock: clocks && stack.use(await fakeClock(clocks)),
        }),
      );
    }
  }
  stack.defer(async () => {
    await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()));
  });
  const [first, ...others] = nodes;
  // The first of the api creates the schema.
  await first?.start();
  await Promise.all(others.map((node) => node.start()));
  const prober = stack.use(new Prober(nodes));
  const projects = [await createProject(String(first?.url)), await createProject(String(first?.url))];
  let turn = 0;
  const nodesOf = (plane: Plane): readonly Node[] => nodes.filter((node) => node.plane === plane);
  const pick = (plane: Plane): string => {
    const all = nodesOf(plane);
    const ready = all.filter((node) => prober.isReady(node));
    const among = ready.length > 0 ? ready : all;
    const node = among[turn++ % among.length];
    if (!node) throw new Error(`There is no ${plane}.`);
    return node.url;
  };
  const owned = stack.move();
  return {
    servers,
    nodes,
    apart,
    prober,
    lookInto: () => connect(servers.primaryUrl, { maxConnections: 2 }),
    projects,
    nodesOf,
    pick,
    backend: ({ projectId, secretKey }) =>
      new RadistServerClient(secretKey, {
        projectId,
        apiBaseUrl: `${GATEWAY}/api/v1`,
        fetch: (url, init) => fetch(urlOf(url).replace(GATEWAY, pick("api")), init),
        retries: 20,
      }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function createProject(api: string): Promise<Project> {
  const answer = await fetch(`${api}/api/v1/projects`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify({ name: "chaos" }),
  });
  if (!answer.ok) throw new Error(`No project could be created: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Project;
}

const urlOf = (resource: string | URL | Request): string =>
  typeof resource === "string" ? resource : resource instanceof URL ? resource.href : resource.url;
