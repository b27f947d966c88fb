import { Counter, Histogram, type Registry } from "prom-client";

export interface ChoreMetrics {
  readonly seconds: Histogram<"chore">;
  readonly failures: Counter<"chore">;
}

/** One set for each registry: several planes of one process do chores. */
const known = new WeakMap<Registry, ChoreMetrics>();

export function choreMetrics(registry: Registry): ChoreMetrics {
  const metrics = known.get(registry) ?? create(registry);
  known.set(registry, metrics);
  return metrics;
}

function create(registry: Registry): ChoreMetrics {
  const labelNames = ["chore"] as const;
  const registers = [registry];
  return {
    seconds: new Histogram({
      name: "radist_chore_seconds",
      help: "How long a run of a periodic chore took",
      labelNames,
      buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10],
      registers,
    }),
    failures: new Counter({
      name: "radist_chore_failures_total",
      help: "Runs of a periodic chore that failed, and leases on one that could not be asked for",
      labelNames,
      registers,
    }),
  };
}
