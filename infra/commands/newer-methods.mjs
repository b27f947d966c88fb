import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./paths.mjs";

/** What runs in browsers. */
const FOLDERS = ["packages/client/src", "services/web/app"];

/**
 * What is newer than Chrome 111, Firefox 115 or Safari 16.4, the browsers that the build claims, by MDN's data. A list and
 * not a proof: it has what this code might plausibly use.
 *
 * @type {readonly { name: string, pattern: RegExp }[]}
 */
const NEWER = [
  { name: "URL.canParse, URL.parse", pattern: /\bURL\.(canParse|parse)\b/ },
  { name: "Promise.withResolvers, Promise.try", pattern: /\bPromise\.(withResolvers|try)\b/ },
  { name: "Object.groupBy, Map.groupBy", pattern: /\b(Object|Map)\.groupBy\b/ },
  { name: "Array.fromAsync", pattern: /\bArray\.fromAsync\b/ },
  { name: "AbortSignal.any", pattern: /\bAbortSignal\.any\b/ },
  { name: "isWellFormed, toWellFormed", pattern: /\.(is|to)WellFormed\(/ },
  {
    name: "methods of sets",
    pattern: /\.(isSubsetOf|isSupersetOf|isDisjointFrom|symmetricDifference|intersection|difference|union)\(/,
  },
  {
    name: "methods of iterators",
    pattern: /\.(values|keys|entries)\(\)\s*\.(map|filter|some|every|find|reduce|forEach|flatMap|take|drop|toArray)\(/,
  },
  { name: "methods of iterators", pattern: /\bIterator\.from\b/ },
  { name: "base64 and hex of bytes", pattern: /\.(toBase64|toHex|setFromBase64|setFromHex)\(|\.from(Base64|Hex)\(/ },
  { name: "ArrayBuffer.prototype.transfer", pattern: /\.(transferToFixedLength|transfer)\(/ },
  { name: "disposable stacks", pattern: /\bnew (Async)?DisposableStack\b/ },
  { name: "RegExp.escape", pattern: /\bRegExp\.escape\b/ },
  { name: "Error.isError", pattern: /\bError\.isError\b/ },
  { name: "requestIdleCallback", pattern: /\brequestIdleCallback\(/ },
  { name: "scheduler.yield", pattern: /\bscheduler\.(yield|postTask)\b/ },
  { name: "document.startViewTransition", pattern: /\bstartViewTransition\(/ },
];

/**
 * @param {string} text
 * @returns {string[]} what is newer, with its line
 */
export function newerMethodsIn(text) {
  return text
    .split("\n")
    .flatMap((line, index) =>
      /^\s*(\*|\/\/|\/\*)/.test(line)
        ? []
        : NEWER.filter(({ pattern }) => pattern.test(line)).map(({ name }) => `${index + 1}: ${name}`),
    );
}

/**
 * Whether what runs in browsers uses no method that is newer than the browsers that are claimed.
 *
 * @returns {Promise<{ code: number, output: string }>}
 */
export async function checkNewerMethods() {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)),
  ).filter((file) => /\.tsx?$/.test(file) && !/\.(test|fixture)\.tsx?$/.test(file));
  const found = files.flatMap((file) =>
    newerMethodsIn(readFileSync(join(ROOT, file), "utf8")).map((problem) => `${file}:${problem}\n`),
  );
  return { code: found.length === 0 ? 0 : 1, output: found.join("") };
}
