import { onBusAnswer } from "@radist-tech/bus";
import { onDatabaseAnswer } from "@radist-tech/db";
import { Histogram, type Registry } from "prom-client";

const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Measures how database and bus answer this process. Disposal ends that. */
export function measureDependencies(registry: Registry): Disposable {
  const registers = [registry];
  const database = new Histogram({
    name: "radist_database_seconds",
    help: "From a question to the database to its answer, waiting for a connection included",
    labelNames: ["kind", "outcome"] as const,
    buckets: BUCKETS,
    registers,
  });
  const bus = new Histogram({
    name: "radist_bus_request_seconds",
    help: "From a request over the message bus to its answer, or to what ended it",
    labelNames: ["outcome"] as const,
    buckets: BUCKETS,
    registers,
  });
  const endings = [
    onDatabaseAnswer(({ kind, outcome, seconds }) => database.observe({ kind, outcome }, seconds)),
    onBusAnswer(({ outcome, seconds }) => bus.observe({ outcome }, seconds)),
  ];
  return {
    [Symbol.dispose]() {
      for (const end of endings) end();
    },
  };
}
