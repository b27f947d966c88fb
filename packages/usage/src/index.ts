export * from "./checkpoints.ts";
export * from "./ledger.ts";
