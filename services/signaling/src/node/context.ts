import type { Bus } from "@radist-tech/bus";
import type { CallLimits, OwnerNode } from "@radist-tech/calls";
import type { Connection } from "@radist-tech/db";
import type { Lease, Logger } from "@radist-tech/runtime";
import type { IceIssuer } from "@radist-tech/sockets";
import type { Limits } from "../config.ts";
import type { AttachedPeers } from "../socket/attached-peers.ts";
import type { Metrics } from "./metrics.ts";

/** What all parts of a signaling node share. */
export interface NodeContext {
  readonly connection: Connection;
  readonly bus: Bus;
  readonly lease: Lease;
  readonly logger: Logger;
  readonly limits: Limits;
  readonly attachedPeers: AttachedPeers;
  readonly metrics: Metrics;
  readonly ice: IceIssuer;
}

export const callLimits = ({ limits }: NodeContext): CallLimits => ({
  reconnectWindowMs: limits.RECONNECT_WINDOW_MS,
  idleMs: limits.CALL_IDLE_MS,
});

/** This node as the owner of peers' sockets. */
export const ownerNode = ({ lease }: NodeContext): OwnerNode => ({ nodeId: lease.nodeId, nodeEpoch: lease.epoch });
