import type { Plugin } from "rolldown";

/**
 * Escapes the characters beyond Latin-1. V8 keeps a source with a single one of them at two bytes a character, all others
 * at one.
 */
export const latin1: Plugin = {
  name: "latin1",
  generateBundle(_options, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type === "chunk") file.code = file.code.replace(/[\u0100-\uffff]/g, escaped);
    }
  },
};

const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
