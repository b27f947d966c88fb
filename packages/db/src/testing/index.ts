export { blocksRead } from "./blocks-read.ts";
export { type HistorySize, vacuum, withoutIndexes, writeHistory, writeLive, writeOpenCalls } from "./history.ts";
export { type LockedTables, lockTables } from "./lock-tables.ts";
