import { codeCounter } from "@radist-tech/runtime";
import { IceFailures } from "@radist-tech/sockets";
import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { Bitrate } from "./bitrate-survey.ts";

export type Metrics = ReturnType<typeof createMetrics>;

/** What a node has at the moment. */
export interface Census {
  readonly rooms: number;
  readonly peers: number;
  readonly sockets: number;
  readonly transports: number;
  readonly producers: number;
  readonly consumers: number;
}

/** Figures that only the media workers know; collected when the metrics are read. */
export interface MediaFigures {
  /** CPU seconds of each worker. */
  readonly cpu: () => Promise<ReadonlyMap<number, number>>;
  /** Bits per second of all transports. */
  readonly bitrate: () => Promise<Bitrate>;
}

/** The figures of the sfu plane. Labels have few values, never an id. */
export function createMetrics(registry: Registry, census: () => Census, media: MediaFigures) {
  const registers = [registry];
  const censusOfScrape = oncePerTurn(census);
  for (const [what, help] of [
    ["rooms", "Rooms whose home is this node"],
    ["peers", "Peers whose media is on this node"],
    ["sockets", "Room sockets that this node holds"],
    ["transports", "WebRTC transports"],
    ["producers", "Producers"],
    ["consumers", "Consumers"],
  ] as const) {
    new Gauge({
      name: `radist_sfu_${what}`,
      help,
      registers,
      collect() {
        this.set(censusOfScrape()[what]);
      },
    });
  }
  new Gauge({
    name: "radist_sfu_worker_cpu_seconds",
    help: "CPU time that each living media worker has used",
    labelNames: ["worker"] as const,
    registers,
    async collect() {
      const seconds = await media.cpu();
      this.reset();
      for (const [worker, used] of seconds) this.set({ worker }, used);
    },
  });
  new Gauge({
    name: "radist_sfu_bitrate_bps",
    help: "Media of all transports, bits per second; beyond 200, as each was when it was last asked",
    labelNames: ["direction"] as const,
    registers,
    async collect() {
      for (const [direction, bitrate] of Object.entries(await media.bitrate())) this.set({ direction }, bitrate);
    },
  });
  return {
    iceFailures: new IceFailures(registry),
    admissions: new Counter({
      name: "radist_sfu_admissions_total",
      help: "Sockets that asked for a place, by how it went",
      labelNames: ["kind", "outcome"] as const,
      registers,
    }),
    admissionSeconds: new Histogram({
      name: "radist_sfu_admission_seconds",
      help: "From the upgrade to room-joined or room-resumed",
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    }),
    refusals: codeCounter(registry, "radist_sfu_refusals_total", "Sockets that were refused, by error code"),
    errors: codeCounter(registry, "radist_sfu_errors_total", "Errors told to clients on open sockets"),
    fenced: new Counter({
      name: "radist_sfu_fenced_total",
      help: "Writes refused because another claim came after",
      registers,
    }),
    homes: new Counter({
      name: "radist_sfu_home_claims_total",
      help: "Rooms that this node became the home of",
      registers,
    }),
    workerDeaths: new Counter({
      name: "radist_sfu_worker_deaths_total",
      help: "Media workers that died or were killed because they hung",
      registers,
    }),
    migrations: new Counter({
      name: "radist_sfu_migrated_peers_total",
      help: "Peers whose media was built anew after its worker or home was lost",
      registers,
    }),
    layerSwitches: new Counter({
      name: "radist_sfu_layer_switches_total",
      help: "Changes of the layers that flow to a consumer",
      registers,
    }),
    scores: new Histogram({
      name: "radist_sfu_consumer_score",
      help: "Scores of consumers as they change, 0 to 10",
      buckets: [0, 2, 4, 6, 8, 9, 10],
      registers,
    }),
  };
}

/** A scrape collects all gauges in one turn of the event loop: what one of them has taken serves the others. */
function oncePerTurn<T>(take: () => T): () => T {
  let taken: { readonly value: T } | undefined;
  return () => {
    if (!taken) {
      taken = { value: take() };
      setImmediate(() => {
        taken = undefined;
      });
    }
    return taken.value;
  };
}
