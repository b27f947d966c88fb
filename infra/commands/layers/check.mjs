import { ROOT } from "../house.mjs";
import { productionImports } from "./imports.mjs";
import { LAYERS } from "./layers.mjs";

/**
 * Whether packages import each other from the top down, by their doors, without circles, and no test code.
 *
 * @param {readonly import("./imports.mjs").Import[]} [imports]
 * @returns {Promise<{ code: number, output: string }>}
 */
export async function checkLayers(imports = productionImports(ROOT)) {
  const problems = [...imports.flatMap(problemsOf), ...circlesOf(imports)];
  return { code: problems.length === 0 ? 0 : 1, output: problems.map((problem) => `${problem}\n`).join("") };
}

/** @param {import("./imports.mjs").Import} of */
function problemsOf({ file, specifier, from, to, isRelative, isTestCode }) {
  const line = `${file} imports ${specifier}`;
  if (isTestCode) return [`${line}: only tests import what is made for tests.`];
  if (to === undefined || to === from) return [];
  if (isRelative) return [`${line}: import another package by its name.`];
  const [above, below] = [layerOf(from), layerOf(to)];
  if (!above) return [`${file}: layers.mjs names no layer for the package ${from}.`];
  if (!below) return [`${line}: layers.mjs names no layer for it.`];
  const isAllowed = above === below ? !LAYERS[above]?.isolated : LAYERS[above]?.imports.includes(below);
  return isAllowed ? [] : [`${line}: ${from} (${above}) may not import ${to} (${below}).`];
}

/** @param {string} name */
function layerOf(name) {
  return Object.keys(LAYERS).find((layer) => LAYERS[layer]?.packages.includes(name));
}

/**
 * Removes packages that import nothing which is left, again and again: what stays is in a circle or above one.
 *
 * @param {readonly import("./imports.mjs").Import[]} imports
 */
function circlesOf(imports) {
  /** @type {Map<string, Set<string>>} */
  const left = new Map();
  for (const { from, to } of imports) {
    const targets = left.get(from) ?? new Set();
    left.set(from, targets);
    if (to !== undefined && to !== from) targets.add(to);
  }
  for (let before = -1; before !== left.size; ) {
    before = left.size;
    for (const [name, targets] of left) if (![...targets].some((target) => left.has(target))) left.delete(name);
  }
  return left.size === 0 ? [] : [`Packages import each other in a circle: ${[...left.keys()].join(", ")}.`];
}
