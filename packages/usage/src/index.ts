export * from "./checkpoints.ts";
export * from "./ledger.ts";
export { readUsage } from "./read.ts";
export type { UsageQuery } from "./timespan.ts";
