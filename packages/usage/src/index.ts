export * from "./checkpoints.ts";
export { type Closing, closeLostSessions, closeSession, closeSessionById, closeSessions } from "./closing.ts";
export * from "./ledger.ts";
export { msAgo } from "./ledger-time.ts";
export { lostSessions } from "./lost-sessions.ts";
export { readUsage } from "./read.ts";
export { SessionComparison } from "./session-comparison.ts";
export type { UsageQuery } from "./timespan.ts";
