import { NodeId, newNodeId, ProjectId, PublicKey, SecretKey } from "@radist-tech/protocol";
import { AdminToken, commonConfig, InvalidConfig, integer, readConfig } from "@radist-tech/runtime";
import { z } from "zod";
import type { AllowanceLimits } from "./visitors/allowances.ts";

/** How often visitors may do things in a minute, through this process. */
export const visitorConfig = {
  /** How many calls, and how many rooms, one address (IPv6: one /64) may start. */
  CALLS_PER_MINUTE: integer(1, 1_000_000).default(30),
  /** How many calls and rooms all addresses together may start. */
  CALLS_PER_MINUTE_IN_ALL: integer(1, 1_000_000).default(300),
  /** How many tokens for existing calls and rooms one address may get. */
  JOINS_PER_MINUTE: integer(1, 1_000_000).default(120),
  /** The same for all addresses. */
  JOINS_PER_MINUTE_IN_ALL: integer(1, 1_000_000).default(3_000),
};

/** The limits of a configuration, as `createWeb` takes them. */
export const visitorLimits = (config: VisitorConfig): Required<AllowanceLimits> => ({
  callsPerMinute: config.CALLS_PER_MINUTE,
  callsPerMinuteInAll: config.CALLS_PER_MINUTE_IN_ALL,
  joinsPerMinute: config.JOINS_PER_MINUTE,
  joinsPerMinuteInAll: config.JOINS_PER_MINUTE_IN_ALL,
});
type VisitorConfig = z.infer<z.ZodObject<typeof visitorConfig>>;

export const WebConfig = z.object({
  ...commonConfig,
  /** Base URL of the API as this process reaches it. */
  API_BASE_URL: z.url({ protocol: /^https?$/ }).default("http://127.0.0.1:3000/api/v1"),
  /** Base URL of the API as browsers reach it: a path of the page's own origin, or a whole URL. */
  PUBLIC_API_BASE_URL: z
    .string()
    .regex(/^(\/|https?:\/\/)/, "Must be a path or an http(s) URL")
    .default("/api/v1"),
  /** The project in which the page creates calls and rooms: these three, or the admin token to create one. */
  RADIST_PROJECT_ID: ProjectId.optional(),
  RADIST_PUBLIC_KEY: PublicKey.optional(),
  RADIST_KEY: SecretKey.optional(),
  RADIST_ADMIN_TOKEN: AdminToken.optional(),
  NODE_ID: NodeId.default(newNodeId),
  ...visitorConfig,
});
export type WebConfig = z.infer<typeof WebConfig>;

/** The project of the page's calls and rooms: a given one, or one that this service creates with the admin API. */
export type ProjectSource =
  | { readonly kind: "given"; readonly projectId: string; readonly publicKey: string; readonly secretKey: string }
  | { readonly kind: "own"; readonly adminToken: string };

/** @throws InvalidConfig with every problem of the environment */
export function readWebConfig(env: NodeJS.ProcessEnv): { config: WebConfig; source: ProjectSource } {
  const config = readConfig(WebConfig, env);
  const { RADIST_PROJECT_ID, RADIST_PUBLIC_KEY, RADIST_KEY, RADIST_ADMIN_TOKEN } = config;
  if (RADIST_PROJECT_ID && RADIST_PUBLIC_KEY && RADIST_KEY) {
    const source = { projectId: RADIST_PROJECT_ID, publicKey: RADIST_PUBLIC_KEY, secretKey: RADIST_KEY };
    return { config, source: { kind: "given", ...source } };
  }
  if (RADIST_ADMIN_TOKEN) return { config, source: { kind: "own", adminToken: RADIST_ADMIN_TOKEN } };
  throw new InvalidConfig(["Set RADIST_PROJECT_ID, RADIST_PUBLIC_KEY and RADIST_KEY, or RADIST_ADMIN_TOKEN alone"]);
}
