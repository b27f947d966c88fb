import { collectDefaultMetrics, Registry } from "prom-client";

/**
 * How often the event loop's lag is measured, milliseconds; its figures include this much. The usual 10 would wake a
 * idle process a hundred times a second, which is most of the cost of an sfu apart from its media worker.
 */
const LAG_MS = 100;

/** A registry with the process's own figures (CPU, memory, event loop lag) under a `service` label. */
export function createRegistry(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LAG_MS });
  return registry;
}
