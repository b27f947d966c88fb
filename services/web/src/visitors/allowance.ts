import type { HttpBindings } from "@hono/node-server";
import { Refusal } from "@radist-tech/protocol";
import { addressBlock, clientAddress } from "@radist-tech/runtime";
import type { Context } from "hono";
import { TokenBuckets } from "./token-bucket.ts";

/** Routes that see the visitor's address. */
export type Visited = { Bindings: HttpBindings };

const MAX_ADDRESSES = 50_000;

/**
 * Counts what each address does, an IPv6 /64 being one.
 *
 * @param sentence what went wrong when it was too much
 * @returns spends one; throws the Refusal `rate_limited`, and says when to go on
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
    throw new Refusal("rate_limited", `${sentence} Try again in ${seconds} s.`);
  };
}
