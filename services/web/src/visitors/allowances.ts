import type { HttpBindings } from "@hono/node-server";
import { addressBlocks, clientAddress, RateBudget } from "@radist-tech/runtime";
import type { Context } from "hono";

/** The environment of routes that need the visitor's address. */
export type Visited = { Bindings: HttpBindings };

/** How often visitors may do things in a minute; an IPv6 /64 counts as one address. */
export interface AllowanceLimits {
  /** Calls that an address may start, and as many rooms. Default 30. */
  readonly callsPerMinute?: number;
  /** Calls and rooms together that all addresses may start. Default 300. */
  readonly callsPerMinuteInAll?: number;
  /** Tokens for existing calls and rooms that an address may get. Default 120. */
  readonly joinsPerMinute?: number;
  /** The same for all addresses. Default 3,000. */
  readonly joinsPerMinuteInAll?: number;
}

/** Counts one request of a visitor; throws the Refusal `rate_limited` with the time to wait. */
export type Allowance = (context: Context<Visited>) => void;

/** What visitors may do: each address on its own, and all of them together, as addresses are cheap. */
export function allowances(
  trustedProxies: number,
  limits: AllowanceLimits,
): Readonly<Record<"startCall" | "startRoom" | "join", Allowance>> {
  const { callsPerMinute = 30, callsPerMinuteInAll = 300, joinsPerMinute = 120, joinsPerMinuteInAll = 3_000 } = limits;
  const budget = (perMinute: number, sentence: string) => new RateBudget({ perMinute, sentence });
  const calls = budget(callsPerMinute, "Too many calls were started from your network.");
  const rooms = budget(callsPerMinute, "Too many rooms were started from your network.");
  const joins = budget(joinsPerMinute, "Too many attempts to join from your network.");
  const allStarts = budget(callsPerMinuteInAll, "Too many calls and rooms are being started.");
  const allJoins = budget(joinsPerMinuteInAll, "Too many people are joining.");
  const allowance =
    (own: RateBudget, inAll: RateBudget): Allowance =>
    (context) => {
      own.spend(addressBlocks(clientAddress(context.env.incoming, trustedProxies)).block);
      inAll.spend("all");
    };
  return {
    startCall: allowance(calls, allStarts),
    startRoom: allowance(rooms, allStarts),
    join: allowance(joins, allJoins),
  };
}
