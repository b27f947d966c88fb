import { MessageTooLarge } from "./errors.ts";

/** The default limit of a NATS server. */
const DEFAULT_MAX_BYTES = 1024 * 1024;

/** @throws {MessageTooLarge} */
export function assertSize(data: Uint8Array, limit: number = DEFAULT_MAX_BYTES): void {
  if (data.byteLength > limit) throw new MessageTooLarge(data.byteLength, limit);
}
