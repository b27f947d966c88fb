import { readFileSync } from "node:fs";
import { dirname, join, normalize, sep } from "node:path";
import { sources } from "../sources.mjs";

const SCOPE = "@radist-tech/";
const TESTKIT = "testkit";

// At the start of a line: what a text within a file holds is another matter.
const FROM = /^(?:import|export)\s[^;"]*?from\s+"([^"]+)"/gm;
const BARE = /^import\s+"([^"]+)"/gm;
const DYNAMIC = /\bimport\("([^"]+)"\)/g;

/**
 * @typedef {object} Import
 * @property {string} file relative to the repository
 * @property {string} specifier
 * @property {string} from the importing package
 * @property {string | undefined} to the imported one of ours
 * @property {boolean} isTestCode whether what is imported is for tests
 * @property {boolean} isRelative
 */

/** @param {string} root the folder of the repository */
export function productionImports(root) {
  return sources(root).flatMap((file) => (isTestCode(file) ? [] : importsOf(root, file)));
}

/**
 * @param {string} root
 * @param {string} file
 * @returns {Import[]}
 */
function importsOf(root, file) {
  const text = readFileSync(join(root, file), "utf8");
  const specifiers = [FROM, BARE, DYNAMIC].flatMap((form) => [...text.matchAll(form)].map(([, name = ""]) => name));
  return specifiers.map((specifier) => {
    const isRelative = specifier.startsWith(".");
    const target = isRelative
      ? normalize(join(dirname(file), specifier))
          .split(sep)
          .join("/")
      : specifier;
    const to = isRelative ? packageOf(target) : packageNamed(specifier);
    return {
      file,
      specifier,
      from: packageOf(file) ?? "",
      to,
      isRelative,
      isTestCode: to === TESTKIT || isTestCode(target),
    };
  });
}

/** @param {string} path */
function packageOf(path) {
  return /^(?:packages|services)\/([^/]+)\//.exec(path)?.[1];
}

/** @param {string} specifier */
function packageNamed(specifier) {
  return specifier.startsWith(SCOPE) ? specifier.slice(SCOPE.length).split("/")[0] : undefined;
}

/**
 * Tests, what is in folders and files named after testing, contract suites, fixtures, and the test kit.
 *
 * @param {string} path
 */
function isTestCode(path) {
  return /^packages\/testkit\/|\/testing\/|\/testing[^/]*\.ts|\.(test|contract|fixture)\.tsx?$|^vitest$/.test(path);
}
