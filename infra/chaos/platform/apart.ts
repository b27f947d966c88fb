import { type FaultProxy, faultProxy, type IsolatedNetwork, isolatedNetworks } from "@radist-tech/testkit";
import type { Node } from "./nodes.ts";
import type { Servers } from "./servers.ts";

/** What a node in a network of its own can be cut off from. */
export type Dependency = "Postgres" | "NATS";

/** A network for one node, from which Postgres and NATS are reached by paths that can be cut. */
export interface Apart extends AsyncDisposable {
  readonly network: IsolatedNetwork;
  readonly env: Readonly<Record<string, string>>;
  /** Packets to these are dropped from now on; the node's clients reach it as before. */
  cutOff(node: Node, from: readonly Dependency[]): Promise<void>;
  heal(): Promise<void>;
}

/** @throws when this machine has no network namespaces, or this process may not make them */
export async function nodeApart(servers: Servers): Promise<Apart> {
  await using stack = new AsyncDisposableStack();
  const isolated = stack.use(await isolatedNetworks(1));
  const [network] = isolated.networks;
  if (!network) throw new Error("There is no network.");
  const [here] = isolated.servers;
  const nats = new URL(servers.natsUrl);
  const databaseUrl = new URL(servers.databaseUrl);
  const paths: Record<Dependency, FaultProxy> = {
    Postgres: stack.use(await faultProxy(servers.path.port, here)),
    NATS: stack.use(await faultProxy(Number(nats.port), here)),
  };
  databaseUrl.host = paths.Postgres.host;
  nats.host = paths.NATS.host;
  const owned = stack.move();
  return {
    network,
    env: { DATABASE_URL: databaseUrl.href, NATS_URL: nats.href },
    async cutOff(node, from) {
      const reached = (["Postgres", "NATS"] as const).filter((each) => !from.includes(each));
      await network.restrict([
        ["-p", "tcp", "--sport", `${node.port}`],
        ...reached.map((each) => ["-p", "tcp", "--dport", `${paths[each].port}`]),
      ]);
    },
    heal: () => network.restrict([]),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
