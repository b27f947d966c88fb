import { z } from "zod";
import { LOG_FORMATS, LOG_LEVELS } from "./logger.ts";

/** A whole number written in the environment, between `min` and `max`. */
export const integer = (min: number, max: number) =>
  z
    .string()
    .regex(/^-?\d+$/, "Must be a whole number")
    .transform(Number)
    .pipe(z.int().min(min).max(max));

/** A flag written in the environment: 1, true, yes, on and their opposites. */
export const flag = () => z.stringbool();

/** What every service reads. */
export const commonConfig = {
  HOST: z.string().min(1).default("0.0.0.0"),
  PORT: integer(0, 65_535).default(3000),
  /** The port of `/readyz` and `/metrics`, and of no other. Default: PORT, where `/metrics` answers this machine only. */
  ADMIN_PORT: integer(0, 65_535).optional(),
  /** The address at which ADMIN_PORT is. */
  ADMIN_HOST: z.string().min(1).default("0.0.0.0"),
  LOG_LEVEL: z.enum(LOG_LEVELS).default("info"),
  /** `json`: a JSON object a line; `pretty`: for people. Default: `pretty` on a terminal, `json` elsewhere. */
  LOG_FORMAT: z.enum(LOG_FORMATS).default("auto"),
  /** How many proxies in front of this service append to X-Forwarded-For. 0: the socket's address counts. */
  TRUSTED_PROXIES: integer(0, 10).default(0),
  /** How long sockets may take to move to other nodes after SIGTERM. */
  DRAIN_MS: integer(0, 600_000).default(10_000),
};

/** The admin token, which opens projects and keys. Printable ASCII, as it travels in a header. */
export const AdminToken = z
  .string()
  .regex(/^[!-~]{16,512}$/, "Must be 16 to 512 printable ASCII characters without spaces (openssl rand -hex 32)");

/** The settings of a process that owns something: how long its lease is valid, and how often it is renewed. */
export const leaseConfig = {
  LEASE_MS: integer(100, 600_000).default(5_000),
  LEASE_RENEW_MS: integer(20, 600_000).default(1_500),
};

/** The environment is not a valid configuration; `problems` lists everything that is wrong with it. */
export class InvalidConfig extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    const count = problems.length === 1 ? "a problem" : `${problems.length} problems`;
    super(`The configuration has ${count}:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`);
    this.name = "InvalidConfig";
    this.problems = problems;
  }
}

/**
 * Reads the environment by a schema. An empty variable counts as absent.
 *
 * @throws {InvalidConfig} naming every problem at once, but no values: they may be secrets
 */
export function readConfig<S extends z.ZodObject>(schema: S, env: NodeJS.ProcessEnv): z.infer<S> {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ""));
  const result = schema.safeParse(present);
  if (result.success) return result.data;
  throw new InvalidConfig(
    result.error.issues.map((issue) => {
      const name = issue.path.join(".");
      // A rule about several variables is not attributed to one of them.
      if (name === "") return issue.message;
      return present[name] === undefined ? `${name} is missing` : `${name}: ${issue.message}`;
    }),
  );
}
