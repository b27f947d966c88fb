export { blocksRead } from "./blocks-read.ts";
export { type HistorySize, vacuum, writeHistory, writeLive } from "./history.ts";
export { type LockedTables, lockTables } from "./lock-tables.ts";
