import { join, resolve } from "node:path";
import process from "node:process";
import { createApi } from "@radist-tech/api";
import { inProcessBus } from "@radist-tech/bus";
import { connect } from "@radist-tech/db";
import { NodeId } from "@radist-tech/protocol";
import {
  createLogger,
  createRegistry,
  listen,
  listenAt,
  measureDependencies,
  type Running,
  readConfig,
  run,
} from "@radist-tech/runtime";
import { createSfu, DEFAULT_WORKER_BIN } from "@radist-tech/sfu";
import { createSignaling } from "@radist-tech/signaling";
import { createWeb, visitorLimits } from "@radist-tech/web";
import { StandaloneConfig } from "./config.ts";
import { firstProject } from "./first-project.ts";
import { mediaWorker, workerState } from "./media-worker.ts";
import { problemOf } from "./problem.ts";
import { SecretsFile } from "./secrets.ts";
import { welcome } from "./welcome.ts";

await run(async () => {
  const config = readConfig(StandaloneConfig, process.env);
  try {
    return await start(config);
  } catch (error) {
    throw problemOf(error, config) ?? error;
  }
});

async function start(config: StandaloneConfig): Promise<Running> {
  const logger = createLogger({ name: "radist", level: config.LOG_LEVEL, format: config.LOG_FORMAT });
  const registry = createRegistry("standalone");
  measureDependencies(registry);
  const dataDirectory = resolve(config.RADIST_DATA_DIR);
  const secrets = new SecretsFile(dataDirectory);
  const adminToken = config.RADIST_ADMIN_TOKEN ?? secrets.adminToken();

  const connection = await connect(`pglite:${join(dataDirectory, "database")}`);
  await connection.migrate();
  const bus = inProcessBus({ logger });
  const api = createApi({ connection, bus, logger, registry, config: { ...config, RADIST_ADMIN_TOKEN: adminToken } });
  const signaling = await createSignaling({ connection, bus, logger, registry, config });
  const workerBin = config.MEDIASOUP_WORKER_BIN ?? DEFAULT_WORKER_BIN;
  const sfu = await createSfu({
    connection,
    bus,
    logger,
    registry,
    // A lease belongs to one plane.
    config: { ...config, NODE_ID: NodeId.parse(`${config.NODE_ID}-sfu`.slice(-64)) },
    workerBin: mediaWorker(workerBin),
  });
  const { project, isNew } = await firstProject(api.http, adminToken, secrets);
  const web = createWeb({
    ...project,
    apiBaseUrl: "http://localhost/api/v1",
    logger,
    trustedProxies: config.TRUSTED_PROXIES,
    ...visitorLimits(config),
    // In this process, not through its port: whether it reaches itself there depends on HOST.
    fetch: async (input, init) => api.http.fetch(new Request(input, init), {}),
  });

  const planes = [api, signaling, sfu, web];
  const listening = await listen({
    planes,
    ...listenAt(config),
    logger,
    registry,
  });
  const adminTokenFrom = config.RADIST_ADMIN_TOKEN ? "from RADIST_ADMIN_TOKEN" : `in ${secrets.path}`;
  process.stdout.write(
    welcome({
      port: listening.port,
      adminPort: listening.adminPort,
      project,
      keptIn: isNew ? undefined : secrets.path,
      adminTokenFrom,
      worker: workerState(workerBin),
      hasIceServers: config.STUN_URLS.length + config.TURN_URLS.length + config.ICE_SERVERS.length > 0,
    }),
  );
  return { listening, resources: [connection, bus], logger, drainMs: config.DRAIN_MS };
}
