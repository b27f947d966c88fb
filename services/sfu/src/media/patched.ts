import { existsSync } from "node:fs";

/**
 * Whether a media worker was built by our recipe, which leaves a stamp beside it. One without the recipe's patches can be
 * ended by a packet (docs/adr/0013-hostile-packets.md).
 */
export const isPatched = (workerBin: string | undefined): boolean => existsSync(`${workerBin}.stamp`);
