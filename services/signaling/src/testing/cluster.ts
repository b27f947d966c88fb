import { fileURLToPath } from "node:url";
import { type Bus, connectNats, inProcessBus } from "@radist-tech/bus";
import { createCall, endCall, mintToken } from "@radist-tech/calls";
import { type Connection, connect, projects, transact } from "@radist-tech/db";
import {
  type CallId,
  newProjectId,
  newPublicKey,
  P2P_SOCKET_PATH,
  type ProjectId,
  type PublicKey,
} from "@radist-tech/protocol";
import { type Control, SUBJECTS } from "@radist-tech/protocol/bus";
import { pause } from "@radist-tech/protocol/timing";
import { createLogger, createRegistry, listen } from "@radist-tech/runtime";
import {
  connectSocket,
  freshDatabase,
  freshSubjectPrefix,
  type OwnProcess,
  type OwnService,
  sharedNatsUrl,
  startService,
  type TestSocket,
} from "@radist-tech/testkit";
import { z } from "zod";
import { signalingConfig } from "../config.ts";
import { createSignaling } from "../service.ts";

export interface ClusterOptions {
  readonly nodes?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Default: a fresh database on the shared Postgres, and the shared NATS. */
  readonly databaseUrl?: string;
  readonly natsUrl?: string;
  readonly embedded?: boolean;
  /** How many proxies the nodes believe. Default 0. */
  readonly trustedProxies?: number;
  /** Each node is a process of its own, to be killed and stopped. */
  readonly processes?: boolean;
}

export interface ClusterNode {
  /** Origin of its HTTP side. */
  readonly url: string;
  readonly process?: OwnProcess;
}

/** Signaling nodes that share a database and a bus, with a project to call in. */
export interface Cluster extends AsyncDisposable {
  readonly nodes: readonly ClusterNode[];
  readonly connection: Connection;
  readonly bus: Bus;
  readonly projectId: ProjectId;
  readonly publicKey: PublicKey;
  /** One more node that was not there from the beginning, as a process. */
  startAnother(): Promise<OwnService>;
  /** A call with this number of unused tokens. */
  createCall(tokens?: number): Promise<{ callId: CallId; callTokens: string[] }>;
  /** What the API does when it ends a call. */
  endCall(callId: CallId): Promise<void>;
  /** Opens a socket on a node with these query parameters. */
  open(
    query: Record<string, string>,
    node?: number,
    headers?: Record<string, string>,
    isDeaf?: boolean,
  ): Promise<TestSocket>;
}

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));

const Settings = z.object(signalingConfig);

/** Short leases, so that tests need not wait for real ones. They are one address; only some want to be throttled. */
const FAST = { LEASE_MS: "3000", LEASE_RENEW_MS: "500", AUTH_FREE_FAILURES: "1000000" };

export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const stack = new AsyncDisposableStack();
  const natsUrl = options.natsUrl ?? sharedNatsUrl();
  // Processes of their own use the default prefix.
  const prefix = options.processes ? "radist" : freshSubjectPrefix();
  const databaseUrl = options.embedded
    ? "pglite:memory"
    : (options.databaseUrl ?? stack.use(await freshDatabase()).url);
  const logger = createLogger({ name: "test", level: process.env.LOG_LEVEL ?? "silent" });
  const openBus = (name: string): Promise<Bus> => connectNats({ url: natsUrl, prefix, name, logger });

  const connection = stack.use(await connect(databaseUrl, { maxConnections: 4 }));
  await connection.migrate();
  const bus = stack.use(options.embedded ? inProcessBus() : await openBus("test"));
  const startInProcess = async (): Promise<ClusterNode> => {
    const registry = createRegistry("signaling");
    const ownConnection = options.embedded ? connection : stack.use(await connect(databaseUrl, { maxConnections: 8 }));
    const ownBus = options.embedded ? bus : stack.use(await openBus("node"));
    const settings = Settings.parse({ ...FAST, ...options.env });
    const config = { ...settings, TRUSTED_PROXIES: options.trustedProxies ?? 0, DRAIN_MS: 500 };
    const plane = await createSignaling({ connection: ownConnection, bus: ownBus, logger, registry, config });
    return stack.use(await listen({ planes: [plane], port: 0, host: "127.0.0.1", logger, registry }));
  };
  const startAnother = (): Promise<OwnService> =>
    startService({ main: MAIN, env: { DATABASE_URL: databaseUrl, NATS_URL: natsUrl, ...FAST, ...options.env } });
  const startApart = async (): Promise<ClusterNode> => stack.use(await startAnother());
  const start = options.processes ? startApart : startInProcess;
  const nodes = await Promise.all(Array.from({ length: options.nodes ?? 1 }, start));
  const projectId = newProjectId();
  const publicKey = newPublicKey();
  await connection.db.insert(projects).values({ id: projectId, name: "test", publicKey });
  await Promise.all(nodes.map(isReady));

  return {
    nodes,
    connection,
    bus,
    projectId,
    publicKey,
    startAnother,
    async createCall(tokens = 2) {
      const ttlSeconds = 600;
      return transact(connection, async (tx) => {
        const { callId, callTokens } = await createCall(tx, { projectId, accessControl: "public", ttlSeconds });
        const minted: string[] = callTokens.slice(0, tokens);
        while (minted.length < tokens) {
          minted.push((await mintToken(tx, { projectId, callId, by: "secret", ttlSeconds })).callToken);
        }
        return { callId, callTokens: minted };
      });
    },
    async endCall(callId) {
      await endCall(connection, projectId, callId);
      const control: Control = { type: "call_ended", callId, reason: "terminated" };
      bus.publish(SUBJECTS.control, Buffer.from(JSON.stringify(control)));
    },
    open(query, node = 0, headers = {}, isDeaf = false) {
      const at = nodes[node];
      if (!at) throw new Error(`There is no node ${node}.`);
      return connectSocket(
        `${at.url.replace("http", "ws")}${P2P_SOCKET_PATH}?${new URLSearchParams({ publicKey, ...query }).toString()}`,
        { headers, isDeaf },
      );
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Resolves when a node can serve. */
export async function isReady({ url }: ClusterNode): Promise<void> {
  while (!(await fetch(`${url}/readyz`)).ok) await pause(20);
}
