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
import { SignalingConfig } from "./config.ts";
import { createSignaling } from "./service.ts";

await run(async () => {
  const config = readConfig(SignalingConfig, process.env);
  const logger = createLogger({ name: "signaling", level: config.LOG_LEVEL, format: config.LOG_FORMAT });
  const registry = createRegistry("signaling");
  measureDependencies(registry);
  const connection = await openDatabase(config, { applicationName: `radist-signaling ${config.NODE_ID}`, logger });
  const bus = await openBus(config.NATS_URL, { name: `signaling ${config.NODE_ID}`, logger });
  const signaling = await createSignaling({ connection, bus, logger, registry, config });
  const listening = await listen({
    planes: [signaling],
    ...listenAt(config),
    logger,
    registry,
  });
  logger.info(
    { nodeId: config.NODE_ID, port: listening.port, adminPort: listening.adminPort },
    "signaling is listening",
  );
  return { listening, resources: [connection, bus], logger, drainMs: config.DRAIN_MS };
});
