import { z } from "zod";
import { integer } from "../config.ts";

/** How those are slowed down who try wrong keys and tokens; everything has a default. */
export const authConfig = {
  /** Number of wrong credentials of one address (IPv6: one /64; ten times as many of a /48) that have no consequences. */
  AUTH_FREE_FAILURES: integer(0, 1_000_000).default(10),
  /** How long further attempts of that address wait; it doubles with each failure. What worked lately does not wait. */
  AUTH_FIRST_DELAY_MS: integer(0, 60_000).default(100),
  /** Leaves time for the queries that follow: credentials that work are in within 2 s. */
  AUTH_MAX_DELAY_MS: integer(0, 60_000).default(1_500),
  /** Maximum number of attempts that wait, of one address and of all. Further ones get `too_many_failures` if they are wrong. */
  AUTH_MAX_WAITING_PER_ADDRESS: integer(0, 10_000).default(200),
  AUTH_MAX_WAITING: integer(0, 1_000_000).default(2_000),
};

const AuthSettings = z.object(authConfig);
export type AuthSettings = z.infer<typeof AuthSettings>;
