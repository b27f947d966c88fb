import type { Bus } from "@radist-tech/bus";
import type { Connection } from "@radist-tech/db";
import { type RoomControl, SFU_SUBJECTS } from "@radist-tech/protocol/bus";
import type { Lease, Logger } from "@radist-tech/runtime";
import type { IceIssuer } from "@radist-tech/sockets";
import type { LedgerNode } from "@radist-tech/usage";
import type { Limits } from "../config.ts";
import type { TrackJournal } from "../home/track-journal.ts";
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
  readonly ice: IceIssuer;
  readonly trackJournal: TrackJournal;
  /** @throws {Refusal} `unavailable` while the media workers are being prepared */
  readonly workers: () => Workers;
}

/** Under whose claim this node writes. */
export const asNode = ({ lease }: NodeContext): LedgerNode => ({ nodeId: lease.nodeId, nodeEpoch: lease.epoch });

/** Tells all sfu nodes, as far as the bus reaches them: what counts stands in the database, where they find it later. */
export function announce({ bus, logger }: Pick<NodeContext, "bus" | "logger">, control: RoomControl): void {
  try {
    bus.publish(SFU_SUBJECTS.control, Buffer.from(JSON.stringify(control)));
  } catch (error) {
    logger.debug({ err: error, control }, "the bus could not announce a change of a room");
  }
}
