export { type BusAnswer, onBusAnswer } from "./answers.ts";
export type { Bus, Subscription } from "./bus.ts";
export {
  BusUnavailable,
  DeadlineExceeded,
  InvalidSubject,
  MessageTooLarge,
  NoResponders,
  RemoteFailure,
} from "./errors.ts";
export { inProcessBus } from "./in-process.ts";
export type { BusLogger } from "./logger.ts";
export type { NatsOptions } from "./nats.ts";
export { connectNats } from "./nats.ts";
export { openBus } from "./open-bus.ts";
