import { collectDefaultMetrics, Registry } from "prom-client";

/** A registry with the process's own figures (CPU, memory, event loop lag) under a `service` label. */
export function createRegistry(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  return registry;
}
