import type { HttpBindings } from "@hono/node-server";
import { Refusal } from "@radist-tech/protocol";
import { addressBlock, clientAddress } from "@radist-tech/runtime";
import type { Context } from "hono";
import { TokenBuckets } from "./token-bucket.ts";

/** The environment of routes that need the visitor's address. */
export type Visited = { Bindings: HttpBindings };

const MAX_ADDRESSES = 50_000;

/**
 * Limits what one address may do; an IPv6 /64 counts as one.
 *
 * @param sentence the error message when the limit is exceeded
 * @returns counts one request; throws the Refusal `rate_limited` with the time to wait
 */
export function allowance(
  trustedProxies: number,
  perMinute: number,
  sentence: string,
): (context: Context<Visited>) => void {
  const buckets = new TokenBuckets({ burst: perMinute, perMinute, maxAddresses: MAX_ADDRESSES });
  return (context) => {
    const address = addressBlock(clientAddress(context.env.incoming, trustedProxies));
    const seconds = Math.ceil(buckets.take(address, performance.now()) / 1000);
    if (seconds === 0) return;
    context.header("retry-after", String(seconds));
    throw new Refusal("rate_limited", `${sentence} Try again in ${seconds} ${seconds === 1 ? "second" : "seconds"}.`);
  };
}
