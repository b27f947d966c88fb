import process from "node:process";
import { createLogger, createRegistry, listen, listenAt, run } from "@radist-tech/runtime";
import { readWebConfig, visitorLimits } from "./config.ts";
import { openOwnProject } from "./project/own-project.ts";
import { createWeb } from "./service.ts";

await run(async () => {
  const { config, source } = readWebConfig(process.env);
  const logger = createLogger({ name: "web", level: config.LOG_LEVEL, format: config.LOG_FORMAT });
  const apiBaseUrl = config.API_BASE_URL;

  const project =
    source.kind === "given"
      ? source
      : await openOwnProject({ apiBaseUrl, adminToken: source.adminToken, nodeId: config.NODE_ID, logger });
  const web = createWeb({
    apiBaseUrl,
    projectId: project.projectId,
    publicKey: project.publicKey,
    secretKey: project.secretKey,
    logger,
    publicApiBaseUrl: config.PUBLIC_API_BASE_URL,
    trustedProxies: config.TRUSTED_PROXIES,
    ...visitorLimits(config),
  });
  const listening = await listen({
    planes: [web],
    ...listenAt(config),
    logger,
    registry: createRegistry("web"),
  });
  logger.info({ port: listening.port, adminPort: listening.adminPort, nodeId: config.NODE_ID }, "serving the page");
  return { listening, resources: Symbol.asyncDispose in project ? [project] : [], logger, drainMs: config.DRAIN_MS };
});
