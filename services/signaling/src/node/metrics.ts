import { codeCounter } from "@radist-tech/runtime";
import { IceFailures } from "@radist-tech/sockets";
import { Counter, Gauge, Histogram, type Registry } from "prom-client";

export type Metrics = ReturnType<typeof createMetrics>;

/** The signaling plane's metrics. Labels have few values, never an id. */
export function createMetrics(registry: Registry, sockets: () => number) {
  const registers = [registry];
  new Gauge({
    name: "radist_signaling_peers",
    help: "Peers whose sockets this node holds",
    registers,
    collect() {
      this.set(sockets());
    },
  });
  return {
    iceFailures: new IceFailures(registry),
    admissions: new Counter({
      name: "radist_signaling_admissions_total",
      help: "Sockets that asked for a seat, by outcome",
      labelNames: ["kind", "outcome"] as const,
      registers,
    }),
    admissionSeconds: new Histogram({
      name: "radist_signaling_admission_seconds",
      help: "From the upgrade to call_joined or call_reconnected",
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    }),
    signals: new Counter({
      name: "radist_signaling_signals_total",
      help: "Signals by outcome",
      labelNames: ["outcome"] as const,
      registers,
    }),
    refusals: codeCounter(registry, "radist_signaling_refusals_total", "Sockets that were refused, by error code"),
    errors: codeCounter(registry, "radist_signaling_errors_total", "Errors sent to clients on open sockets"),
    fenced: new Counter({
      name: "radist_signaling_fenced_total",
      help: "Writes and sockets refused because of a later claim",
      registers,
    }),
    lostPeers: new Counter({
      name: "radist_signaling_lost_peers_total",
      help: "Peers declared disconnected because their node's lease ran out",
      registers,
    }),
    catchUps: new Counter({
      name: "radist_signaling_catch_ups_total",
      help: "Calls read from the database because an event was missed",
      registers,
    }),
  };
}
