import { addressBlocks, clientAddress, RateBudget } from "@radist-tech/runtime";
import type { ApiSettings } from "../config.ts";
import type { Exchange } from "../http/env.ts";

/**
 * Limits how many tokens are minted by public keys, which anybody may have: for one address, and for all addresses of a
 * project. Wrong keys do not count, so that they cost no one else at the address anything.
 *
 * @returns counts one token; throws the Refusal `rate_limited` with the time to wait
 */
export function publicMintBudget(settings: ApiSettings): (context: Exchange, projectId: string) => void {
  const ofAddress = new RateBudget({
    perMinute: settings.PUBLIC_MINTS_PER_MINUTE,
    sentence: "Too many tokens were minted from your network.",
  });
  const ofProject = new RateBudget({
    perMinute: settings.PUBLIC_MINTS_PER_MINUTE_PER_PROJECT,
    sentence: "Too many tokens are being minted with this public key.",
  });
  return ({ env: { incoming } }, projectId) => {
    if (incoming) ofAddress.spend(addressBlocks(clientAddress(incoming, settings.TRUSTED_PROXIES)).block);
    ofProject.spend(projectId);
  };
}
