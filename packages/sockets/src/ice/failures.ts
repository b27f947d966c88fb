import { ICE_FAILURE_REASONS, type IceFailure, iceFailureReason } from "@radist-tech/protocol";
import { Counter, type Registry } from "prom-client";

/** What the answers to joins say of this release. */
export const ACCEPTS: string[] = ["ice-failure" satisfies IceFailure["type"]];

const METRIC = "radist_ice_failures_total";

/** Counts why the media of clients has no path, as they report it. Both planes of one process count in one metric. */
export class IceFailures {
  readonly #counter: Counter<"reason">;

  constructor(registry: Registry) {
    const existing = registry.getSingleMetric(METRIC) as Counter<"reason"> | undefined;
    this.#counter =
      existing ??
      new Counter({
        name: METRIC,
        help: "Times that the media of a client had no path for 15 seconds, by the reason that it reported",
        labelNames: ["reason"] as const,
        registers: [registry],
      });
    // From the start, so that the first failure of a kind is an increase too.
    for (const reason of ICE_FAILURE_REASONS) this.#counter.inc({ reason }, 0);
  }

  count({ reason }: IceFailure): void {
    this.#counter.inc({ reason: iceFailureReason(reason) });
  }
}
