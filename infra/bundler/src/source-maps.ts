import type { Plugin } from "rolldown";
import { isOwn } from "./modules.ts";

const COMMENT = /\n\/\/# sourceMappingURL=\S+\s*$/;

/**
 * Leaves no source maps but those of our own code: Node reads a map with the code and keeps it, which for the dependencies
 * would be 35 MB of an idle service.
 */
export const sourceMapsOfOwnCode: Plugin = {
  name: "source-maps-of-own-code",
  generateBundle(_options, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type !== "chunk" || file.sourcemapFileName === null) continue;
      if (file.moduleIds.some(isOwn)) continue;
      delete bundle[file.sourcemapFileName];
      file.code = file.code.replace(COMMENT, "\n");
    }
  },
};
