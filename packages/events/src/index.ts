export { type EventQuery, readEvents } from "./read.ts";
export * from "./record.ts";
export { deleteOldEvents, eventRetention } from "./retention.ts";
export { numberEvents, sequencer } from "./sequencer.ts";
