import process from "node:process";
import { openBus } from "@radist-tech/bus";
import {
  createLogger,
  createRegistry,
  listen,
  listenAt,
  measureDependencies,
  openDatabase,
  readConfig,
  run,
} from "@radist-tech/runtime";
import { SfuConfig } from "./config.ts";
import { createSfu } from "./service.ts";

await run(async () => {
  const config = readConfig(SfuConfig, process.env);
  const logger = createLogger({ name: "sfu", level: config.LOG_LEVEL, format: config.LOG_FORMAT });
  const registry = createRegistry("sfu");
  measureDependencies(registry);
  const connection = await openDatabase(config, { applicationName: `radist-sfu ${config.NODE_ID}`, logger });
  const bus = await openBus(config.NATS_URL, { name: `sfu ${config.NODE_ID}`, logger });
  const workerBin = config.MEDIASOUP_WORKER_BIN;
  const sfu = await createSfu({ connection, bus, logger, registry, config, workerBin });
  const listening = await listen({
    planes: [sfu],
    ...listenAt(config),
    logger,
    registry,
  });
  logger.info(
    { nodeId: config.NODE_ID, port: listening.port, adminPort: listening.adminPort, workers: config.MEDIA_WORKERS },
    "sfu is listening",
  );
  return { listening, resources: [connection, bus], logger, drainMs: config.DRAIN_MS };
});
