import process from "node:process";
import { fileURLToPath } from "node:url";
import { type Bus, connectNats } from "@radist-tech/bus";
import { type Connection, connect, projects, transact } from "@radist-tech/db";
import {
  type DuplicateIdentity,
  newNodeId,
  newProjectId,
  newPublicKey,
  type Participant,
  type PeerId,
  type ProjectId,
  type PublicKey,
  ROOM_SOCKET_PATH,
  type RoomId,
} from "@radist-tech/protocol";
import { type RoomControl, SFU_SUBJECTS } from "@radist-tech/protocol/bus";
import { pause } from "@radist-tech/protocol/timing";
import { createRoom, endRoom, kickParticipant, mintRoomToken, type NewRoom } from "@radist-tech/rooms";
import { createLogger, createRegistry, listen } from "@radist-tech/runtime";
import {
  connectSocket,
  freshDatabase,
  freshSubjectPrefix,
  type OwnProcess,
  sharedNatsUrl,
  startService,
  type TestSocket,
} from "@radist-tech/testkit";
import { z } from "zod";
import { sfuConfig } from "../config.ts";
import { createSfu } from "../service.ts";

export interface ClusterOptions {
  readonly nodes?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly databaseUrl?: string;
  readonly natsUrl?: string;
  /** Each node is a process of its own, to be killed and stopped. */
  readonly processes?: boolean;
  /** What each node of this process is given as its bus. Default: the bus. */
  readonly busOf?: (bus: Bus, node: number) => Bus;
}

export interface ClusterNode {
  /** Origin of its HTTP side. */
  readonly url: string;
  readonly process?: OwnProcess;
  /** Figures of `/metrics` by name, with their labels. */
  metric(name: string): Promise<number>;
  /** Of a node in this process, without a time limit. */
  drain?(): Promise<void>;
}

/** Sfu nodes that share a database and a bus, with a project to meet in. */
export interface Cluster extends AsyncDisposable {
  readonly nodes: readonly ClusterNode[];
  readonly connection: Connection;
  readonly bus: Bus;
  readonly projectId: ProjectId;
  readonly publicKey: PublicKey;
  createRoom(room?: Partial<NewRoom>): Promise<RoomId>;
  mintToken(roomId: RoomId, participant?: Partial<Participant>, duplicateIdentity?: DuplicateIdentity): Promise<string>;
  /** As the API does it: in the database, then on the bus. */
  kick(roomId: RoomId, peerId: PeerId): Promise<void>;
  endRoom(roomId: RoomId): Promise<void>;
  /** What the API announces. */
  announce(control: RoomControl): void;
  /** Opens a socket on a node with these query parameters. */
  open(query: Record<string, string>, node?: number): Promise<TestSocket>;
}

const USUAL_ROOM: NewRoom = {
  tokens: 0,
  maxParticipants: null,
  e2ee: "optional",
  metadata: null,
  idleSeconds: 3_600,
};

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));

const Settings = z.object(sfuConfig);

/**
 * Leases that run out fast, so that tests need not wait for real ones; one worker, on a port of its own. Tests are one
 * address; only some want to be throttled.
 */
const FAST = {
  LEASE_MS: "3000",
  LEASE_RENEW_MS: "500",
  MEDIA_PORT: "0",
  MEDIA_WORKERS: "1",
  CHECKPOINT_MS: "300",
  AUTH_FREE_FAILURES: "1000000",
};

export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const stack = new AsyncDisposableStack();
  const natsUrl = options.natsUrl ?? sharedNatsUrl();
  // Processes of their own use the default prefix.
  const prefix = options.processes ? "radist" : freshSubjectPrefix();
  const databaseUrl = options.databaseUrl ?? stack.use(await freshDatabase()).url;
  const logger = createLogger({ name: "test", level: process.env.LOG_LEVEL ?? "silent" });
  const workerBin = process.env.MEDIASOUP_WORKER_BIN;
  const openBus = (name: string): Promise<Bus> => connectNats({ url: natsUrl, prefix, name, logger });

  const connection = stack.use(await connect(databaseUrl, { maxConnections: 4 }));
  await connection.migrate();
  const bus = stack.use(await openBus("test"));
  const startInProcess = async (index: number): Promise<ClusterNode> => {
    const registry = createRegistry("sfu");
    const ownConnection = stack.use(await connect(databaseUrl, { maxConnections: 8 }));
    const realBus = stack.use(await openBus("node"));
    const ownBus = options.busOf?.(realBus, index) ?? realBus;
    const config = {
      ...Settings.parse({ ...FAST, ...options.env }),
      NODE_ID: newNodeId(),
      TRUSTED_PROXIES: 0,
      DRAIN_MS: 500,
    };
    const plane = await createSfu({ connection: ownConnection, bus: ownBus, logger, registry, config, workerBin });
    const server = stack.use(await listen({ planes: [plane], port: 0, host: "127.0.0.1", logger, registry }));
    const { url } = server;
    return { url, metric: (name) => metric(url, name), drain: () => server.drain(new AbortController().signal) };
  };
  const startApart = async (): Promise<ClusterNode> => {
    const env = {
      DATABASE_URL: databaseUrl,
      NATS_URL: natsUrl,
      ...(workerBin !== undefined && { MEDIASOUP_WORKER_BIN: workerBin }),
      ...FAST,
      ...options.env,
    };
    const { url, process: own } = stack.use(await startService({ main: MAIN, env }));
    return { url, process: own, metric: (name) => metric(url, name) };
  };
  const start = options.processes ? startApart : startInProcess;
  const nodes = await Promise.all(Array.from({ length: options.nodes ?? 1 }, (_, index) => start(index)));
  const projectId = newProjectId();
  const publicKey = newPublicKey();
  await connection.db.insert(projects).values({ id: projectId, name: "test", publicKey });
  await Promise.all(nodes.map(isReady));

  const announce = (control: RoomControl): void =>
    bus.publish(SFU_SUBJECTS.control, Buffer.from(JSON.stringify(control)));

  return {
    nodes,
    connection,
    bus,
    projectId,
    publicKey,
    async createRoom(room = {}) {
      const created = await transact(connection, (tx) =>
        createRoom(tx, { projectId, room: { ...USUAL_ROOM, ...room }, ttlSeconds: 600 }),
      );
      return created.roomId;
    },
    async mintToken(roomId, more = {}, duplicateIdentity = "allow") {
      const participant = { canPublish: true, canSubscribe: true, ...more };
      const minted = await transact(connection, (tx) =>
        mintRoomToken(tx, { projectId, roomId, participant, duplicateIdentity, ttlSeconds: 600 }),
      );
      return minted.roomToken;
    },
    async kick(roomId, peerId) {
      for (const control of await kickParticipant(connection, { projectId, roomId, peerId })) announce(control);
    },
    async endRoom(roomId) {
      for (const control of await endRoom(connection, { projectId, roomId })) announce(control);
    },
    announce,
    open(query, node = 0) {
      const at = nodes[node];
      if (!at) throw new Error(`There is no node ${node}.`);
      return connectSocket(
        `${at.url.replace("http", "ws")}${ROOM_SOCKET_PATH}?${new URLSearchParams({ publicKey, ...query }).toString()}`,
      );
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Resolves when a node can serve. */
export async function isReady({ url }: Pick<ClusterNode, "url">): Promise<void> {
  while (!(await fetch(`${url}/readyz`)).ok) await pause(20);
}

async function metric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const line = text.split("\n").find((each) => each.startsWith(`${name}{`) || each.startsWith(`${name} `));
  if (line === undefined) throw new Error(`There is no metric ${name}.`);
  return Number(line.slice(line.lastIndexOf(" ") + 1));
}
