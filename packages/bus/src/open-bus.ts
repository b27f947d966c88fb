import type { Bus } from "./bus.ts";
import { inProcessBus } from "./in-process.ts";
import type { NatsOptions } from "./nats.ts";
import { connectNats } from "./nats.ts";

/**
 * Opens the bus that a configuration names: `memory:` is one within this process, `nats://…` and `tls://…` are NATS,
 * as {@link connectNats} says.
 *
 * @throws {TypeError} for a malformed URL
 */
export async function openBus(
  url: string,
  { name = "radist", ...options }: Partial<Omit<NatsOptions, "url">> = {},
): Promise<Bus> {
  if (url !== "memory:") return connectNats({ url, name, ...options });
  return inProcessBus(options.logger ? { logger: options.logger } : {});
}
