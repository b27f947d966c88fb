import type { Bus } from "@radist-tech/bus";
import type { Connection } from "@radist-tech/db";
import type { Lease, Logger } from "@radist-tech/runtime";
import type { LedgerNode } from "@radist-tech/usage";
import type { Limits } from "../config.ts";
import type { Workers } from "../media/workers.ts";
import type { Metrics } from "./metrics.ts";

/** What the parts of an sfu node share. */
export interface NodeContext {
  readonly connection: Connection;
  readonly bus: Bus;
  readonly lease: Lease;
  readonly logger: Logger;
  readonly limits: Limits;
  readonly metrics: Metrics;
  /** @throws {Refusal} `unavailable` while the media workers are being prepared */
  readonly workers: () => Workers;
}

/** Under whose claim this node writes. */
export const asNode = ({ lease }: NodeContext): LedgerNode => ({ nodeId: lease.nodeId, nodeEpoch: lease.epoch });
