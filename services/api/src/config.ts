import { NodeId, newNodeId } from "@radist-tech/protocol";
import { AdminToken, authConfig, commonConfig, databaseConfig, integer } from "@radist-tech/runtime";
import { z } from "zod";

/** The plane's own settings, in any process that it runs in. */
export const apiSettings = {
  /** Opens the admin side: projects and keys. */
  RADIST_ADMIN_TOKEN: AdminToken,
  /** Names this process among those that share the chores. */
  NODE_ID: NodeId.default(newNodeId),
  /** How long events can be read. */
  EVENT_RETENTION_DAYS: integer(1, 36_500).default(30),
  /** How long calls and rooms that have ended can be read, and the sessions of their participants. */
  RETENTION_DAYS: integer(1, 36_500).default(90),
  /** Usage of rooms is reported to Stripe, for the projects that have a customer there. Default: it is not. */
  STRIPE_API_KEY: z
    .string()
    .regex(/^[!-~]{1,512}$/, "Must be printable ASCII without spaces")
    .optional(),
  /** Where Stripe's API is. Default: where it always is. */
  STRIPE_API_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** How long a participant token is valid. */
  TOKEN_TTL_SECONDS: integer(1, 86_400).default(600),
  TRUSTED_PROXIES: commonConfig.TRUSTED_PROXIES,
  ...authConfig,
  /** How many tokens the public key mints in a minute, for one address (IPv6: one /64) and for all of a project. */
  PUBLIC_MINTS_PER_MINUTE: integer(1, 1_000_000).default(300),
  PUBLIC_MINTS_PER_MINUTE_PER_PROJECT: integer(1, 1_000_000).default(3_000),
};

const ApiSettings = z.object(apiSettings);
export type ApiSettings = z.infer<typeof ApiSettings>;

/** The environment of this service when it runs as its own process. */
export const ApiConfig = z.object({
  ...commonConfig,
  ...apiSettings,
  ...databaseConfig,
  NATS_URL: z.string().regex(/^(nats|tls|memory):/, "Must start with nats://, tls:// or memory:"),
});
export type ApiConfig = z.infer<typeof ApiConfig>;
