export { type MeterEvent, meterExport, type SendMeterEvent, sendMeterEvents } from "./billing/export.ts";
export { planMeterEvents } from "./billing/plan.ts";
export * from "./checkpoints.ts";
export {
  type Closing,
  closeLostSessions,
  closeSession,
  closeSessions,
  closing,
  closingById,
  closingLost,
} from "./closing.ts";
export * from "./ledger.ts";
export { msAgo } from "./ledger-time.ts";
export { lostSessions } from "./lost-sessions.ts";
export { readUsage } from "./read.ts";
export { deleteOldSessions, sessionRetention } from "./retention.ts";
export { rollUpSome, usageRollUp } from "./roll-up.ts";
export { SessionComparison } from "./session-comparison.ts";
export type { UsageQuery } from "./timespan.ts";
