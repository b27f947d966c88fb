import { codeCounter } from "@radist-tech/runtime";
import { Counter, Histogram, type Registry } from "prom-client";

/** The metrics of this plane; labels have few values, never an id. */
export type ApiMetrics = ReturnType<typeof createMetrics>;

export function createMetrics(registry: Registry) {
  const registers = [registry];
  return {
    requestSeconds: new Histogram({
      name: "radist_http_request_duration_seconds",
      help: "Time from a request to its answer, by method, route pattern and class of status.",
      labelNames: ["method", "route", "status"] as const,
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    errors: codeCounter(registry, "radist_http_errors_total", "Requests that were answered by an error, by its code."),
    callsCreated: new Counter({
      name: "radist_calls_created_total",
      help: "Calls created, by access control.",
      labelNames: ["access_control"] as const,
      registers,
    }),
    tokensMinted: new Counter({
      name: "radist_call_tokens_minted_total",
      help: "Call tokens minted for existing calls, by kind of the key that asked.",
      labelNames: ["key"] as const,
      registers,
    }),
    roomsCreated: new Counter({ name: "radist_rooms_created_total", help: "Rooms created.", registers }),
    roomTokensMinted: new Counter({
      name: "radist_room_tokens_minted_total",
      help: "Room tokens minted for existing rooms.",
      registers,
    }),
    authFailures: new Counter({
      name: "radist_auth_failures_total",
      help: "Requests with a wrong credential, by error code.",
      labelNames: ["kind"] as const,
      registers,
    }),
  };
}
