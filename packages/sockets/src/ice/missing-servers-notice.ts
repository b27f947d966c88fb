import type { Logger } from "@radist-tech/runtime";
import type { IceIssuer } from "./issuer.ts";

const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/;

/** Says once in the log that no servers are configured, when the first client of another machine connects. */
export function missingServersNotice({ hasServers }: Pick<IceIssuer, "hasServers">, logger: Pick<Logger, "warn">) {
  let isDue = !hasServers;
  return (address: string): void => {
    if (!isDue || LOOPBACK.test(address)) return;
    isDue = false;
    logger.warn(
      "no STUN or TURN servers are configured (STUN_URLS, TURN_URLS): media may not reach clients in other networks",
    );
  };
}
