import type { ErrorCode } from "@radist-tech/protocol";
import { Counter, collectDefaultMetrics, Registry } from "prom-client";

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

/** Faults of ours, which alerts are about: an increase is seen only from a value that was there before. */
const FAULTS = ["internal_error", "unavailable"] as const satisfies readonly ErrorCode[];

/** A counter by error code, in which those of our own faults begin at 0. */
export function codeCounter(registry: Registry, name: string, help: string): Counter<"code"> {
  const counter = new Counter({ name, help, labelNames: ["code"] as const, registers: [registry] });
  for (const code of FAULTS) counter.inc({ code }, 0);
  return counter;
}
