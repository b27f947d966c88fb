import { isIP } from "node:net";
import { availableParallelism } from "node:os";
import { NodeId, newNodeId } from "@radist-tech/protocol";
import { commonConfig, databaseConfig, integer, leaseConfig } from "@radist-tech/runtime";
import { socketConfig, withIceRules } from "@radist-tech/sockets";
import { z } from "zod";
import { HOW_TO_GET_A_WORKER, isExecutable } from "./media/start-worker.ts";

const HOUR_MS = 3_600_000;
const HOST_NAME = /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;

/** Configuration of the sfu plane itself; everything has a default. */
export const sfuConfig = {
  NODE_ID: NodeId.default(newNodeId),
  ...socketConfig,
  ...leaseConfig,
  /**
   * Where browsers reach the media ports: IPv4 and IPv6 addresses or host names, with commas between them. Default:
   * the loopback and interface addresses of this machine.
   */
  MEDIA_ANNOUNCED_ADDRESS: z
    .string()
    .transform((text) => text.split(",").map((address) => address.trim()))
    .refine(
      (addresses) => addresses.every((address) => isIP(address) !== 0 || HOST_NAME.test(address)),
      "Must be addresses or host names, with commas between them",
    )
    .optional(),
  /** First of the media ports, one per worker, each UDP and TCP. 0: whichever are free. */
  MEDIA_PORT: integer(0, 65_000).default(10_000),
  MEDIA_WORKERS: integer(1, 256).default(availableParallelism),
  /** How long a peer that lost its socket, and can resume, keeps its seat. */
  RESUME_WINDOW_MS: integer(0, HOUR_MS).default(30_000),
  /** How often the ledger is brought up to the present. */
  CHECKPOINT_MS: integer(10, HOUR_MS).default(10_000),
  /** Consumers that a worker carries before a room's next peers go to another one. */
  CONSUMERS_PER_WORKER: integer(1, 100_000).default(400),
  /** Maximum producers per peer, and maximum data producers. */
  PRODUCERS_PER_PEER: integer(1, 1_000).default(32),
  CONSUMERS_PER_PEER: integer(1, 100_000).default(2_000),
  /** Maximum bitrate of a sender, bits per second and transport. */
  MAX_INCOMING_BITRATE: integer(10_000, 1_000_000_000).default(8_000_000),
};

export const SfuConfig = withIceRules(
  z.object({
    ...commonConfig,
    ...sfuConfig,
    ...databaseConfig,
    NATS_URL: z.string().min(1),
    /** Default: where mediasoup itself puts its worker. */
    MEDIASOUP_WORKER_BIN: z
      .string()
      .refine(isExecutable, `Must name an executable file. ${HOW_TO_GET_A_WORKER}`)
      .optional(),
  }),
);

/** The limits that the plane works under. */
export type Limits = Omit<z.infer<z.ZodObject<typeof sfuConfig>>, "NODE_ID"> & {
  readonly TRUSTED_PROXIES: number;
  readonly DRAIN_MS: number;
};
