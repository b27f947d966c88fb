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
import { ApiConfig } from "./config.ts";
import { migrateWhenUp } from "./migrations.ts";
import { createApi } from "./service.ts";

await run(async () => {
  const config = readConfig(ApiConfig, process.env);
  const logger = createLogger({ name: "api", level: config.LOG_LEVEL, format: config.LOG_FORMAT });
  const registry = createRegistry("api");
  measureDependencies(registry);
  const connection = await openDatabase(config, { applicationName: "radist-api", logger });
  const bus = await openBus(config.NATS_URL, { name: "radist-api", logger });
  const migrating = migrateWhenUp(connection, logger);
  migrating.finished.catch((error: unknown) => {
    logger.fatal({ err: error }, "a migration failed");
    process.exit(1);
  });
  const api = createApi({ connection, bus, logger, registry, config, isMigrated: migrating.isDone });
  const listening = await listen({
    planes: [api],
    ...listenAt(config),
    logger,
    registry,
  });
  logger.info({ port: listening.port, adminPort: listening.adminPort }, "listening");
  const migrations = { [Symbol.asyncDispose]: async () => migrating.stop() };
  return { listening, resources: [connection, bus, migrations], logger, drainMs: config.DRAIN_MS };
});
