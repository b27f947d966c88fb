import { IceServer, NodeId, newNodeId } from "@radist-tech/protocol";
import { commonConfig, integer } from "@radist-tech/runtime";
import { z } from "zod";

const HOUR_MS = 3_600_000;

/** What the signaling plane itself can be told; everything has a default. */
export const signalingConfig = {
  NODE_ID: NodeId.default(newNodeId),
  /** RTCIceServer objects as JSON, handed to every participant. */
  ICE_SERVERS: z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: "custom", message: "Must be JSON: a list of RTCIceServer objects" });
        return z.NEVER;
      }
    })
    .pipe(z.array(IceServer))
    .default([]),
  /** How long a lost peer keeps its seat. */
  RECONNECT_WINDOW_MS: integer(0, HOUR_MS).default(30_000),
  /** A call that nobody is connected to for this long ends. */
  CALL_IDLE_MS: integer(1, 30 * 24 * HOUR_MS).default(HOUR_MS),
  PING_INTERVAL_MS: integer(10, HOUR_MS).default(10_000),
  /** A socket that is silent for this long is lost. */
  SOCKET_TIMEOUT_MS: integer(20, HOUR_MS).default(25_000),
  /** Messages per second that a socket may send for long, and at once. */
  MESSAGES_PER_SECOND: integer(1, 1_000_000).default(50),
  MESSAGE_BURST: integer(1, 1_000_000).default(200),
  /** Going over the rate for this long ends the socket. */
  RATE_LIMIT_PATIENCE_MS: integer(0, HOUR_MS).default(5_000),
  /** What is held for one disconnected peer. */
  HELD_MESSAGES: integer(0, 10_000).default(64),
  HELD_BYTES: integer(0, 64 * 1024 * 1024).default(256 * 1024),
  /** Unsent bytes at which a socket counts as too slow. */
  MAX_UNSENT_BYTES: integer(1024, 1024 * 1024 * 1024).default(1024 * 1024),
  LEASE_MS: integer(100, 600_000).default(5_000),
  LEASE_RENEW_MS: integer(20, 600_000).default(1_500),
};

export const SignalingConfig = z.object({
  ...commonConfig,
  ...signalingConfig,
  DATABASE_URL: z.url(),
  NATS_URL: z.string().min(1),
});

/** The limits that the plane works under. */
export type Limits = Omit<z.infer<z.ZodObject<typeof signalingConfig>>, "NODE_ID"> & {
  readonly TRUSTED_PROXIES: number;
  readonly DRAIN_MS: number;
};
