import { NodeId, newNodeId } from "@radist-tech/protocol";
import { commonConfig, databaseConfig, integer, leaseConfig } from "@radist-tech/runtime";
import { socketConfig, withIceRules } from "@radist-tech/sockets";
import { z } from "zod";

const HOUR_MS = 3_600_000;

/** The signaling plane's own settings; everything has a default. */
export const signalingConfig = {
  NODE_ID: NodeId.default(newNodeId),
  ...socketConfig,
  /** How long a disconnected peer keeps its seat. */
  RECONNECT_WINDOW_MS: integer(0, HOUR_MS).default(30_000),
  /** How long a call stays open while nobody is connected to it. */
  CALL_IDLE_MS: integer(1, 30 * 24 * HOUR_MS).default(HOUR_MS),
  /** Maximum number and size of signals held for one disconnected peer. */
  HELD_MESSAGES: integer(0, 10_000).default(64),
  HELD_BYTES: integer(0, 64 * 1024 * 1024).default(256 * 1024),
  /** How often usage sessions are checkpointed. */
  CHECKPOINT_MS: integer(10, HOUR_MS).default(10_000),
  ...leaseConfig,
};

export const SignalingConfig = withIceRules(
  z.object({
    ...commonConfig,
    ...signalingConfig,
    ...databaseConfig,
    NATS_URL: z.string().min(1),
  }),
);

/** The limits under which the plane works. */
export type Limits = Omit<z.infer<z.ZodObject<typeof signalingConfig>>, "NODE_ID"> & {
  readonly TRUSTED_PROXIES: number;
  readonly DRAIN_MS: number;
};
