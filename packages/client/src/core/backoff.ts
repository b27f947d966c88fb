import type { BackoffLimits } from "@radist-tech/protocol/timing";

/** How fast what failed is tried again, unless the caller sets another longest wait. */
export const RETRIES: BackoffLimits = { firstMs: 250, longestMs: 10_000 };
