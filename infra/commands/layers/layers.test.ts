import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../house.mjs";
import { checkLayers } from "./check.mjs";
import { productionImports } from "./imports.mjs";
import { LAYERS } from "./layers.mjs";

function imports(
  from: string,
  to: string | undefined,
  more: Partial<{ isRelative: boolean; isTestCode: boolean }> = {},
) {
  return {
    file: `services/${from}/src/a.ts`,
    specifier: `@radist-tech/${to}`,
    from,
    to,
    isRelative: false,
    isTestCode: false,
    ...more,
  };
}

const outputOf = async (...found: ReturnType<typeof imports>[]) => (await checkLayers(found)).output;

test.each([
  ["a service and a package below it", imports("api", "calls")],
  ["two packages of one layer", imports("sockets", "runtime")],
  ["the whole and its services", imports("standalone", "sfu")],
  ["a file of its own", imports("api", "api", { isRelative: true })],
  ["a package of others", imports("api", undefined)],
])("%s may be imported", async (_name, one) => {
  expect(await outputOf(one)).toBe("");
});

test.each([
  ["a service, from another one", imports("api", "signaling"), "api (services) may not import signaling (services)"],
  ["a service, from below", imports("calls", "api"), "calls (domain) may not import api (services)"],
  ["an SDK, from a package of the server", imports("calls", "client"), "calls (domain) may not import client (sdks)"],
  ["another package's file", imports("api", "db", { isRelative: true }), "import another package by its name"],
  ["what is made for tests", imports("api", "testkit", { isTestCode: true }), "only tests import"],
  ["a package of no layer", imports("api", "extras"), "names no layer"],
])("%s may not be imported", async (_name, one, problem) => {
  expect(await outputOf(one)).toContain(problem);
});

test("a circle of packages within a layer is told", async () => {
  const circle = [imports("db", "runtime"), imports("runtime", "bus"), imports("bus", "db"), imports("api", "db")];
  expect(await outputOf(...circle)).toBe("Packages import each other in a circle: db, runtime, bus, api.\n");
});

test("imports are found in the sources, tests apart", () => {
  const found = productionImports(ROOT);
  expect(found).toContainEqual(expect.objectContaining({ from: "sockets", to: "runtime", isTestCode: false }));
  expect(found.filter(({ to }) => to === "testkit")).toEqual([]);
});

test("the diagram in docs/architecture.md draws these layers", () => {
  const text = readFileSync(join(ROOT, "docs/architecture.md"), "utf8");
  const [, diagram = ""] = /```mermaid\n(flowchart [^`]*layers[^`]*)```/.exec(text) ?? [];
  const boxes = [...diagram.matchAll(/^ +(\w+)\["[^"]*<br\/>([^"]*)"\]$/gm)];
  expect(Object.fromEntries(boxes.map(([, layer, packages]) => [layer, packages?.split(", ")]))).toEqual(
    Object.fromEntries(Object.entries(LAYERS).map(([layer, { packages }]) => [layer, packages])),
  );
  const arrows = [...diagram.matchAll(/^ +(\w+) --> (.*)$/gm)];
  expect(Object.fromEntries(arrows.map(([, layer, below]) => [layer, below?.split(" & ")]))).toEqual(
    Object.fromEntries(
      Object.entries(LAYERS).flatMap(([layer, { imports: below }]) => (below.length > 0 ? [[layer, below]] : [])),
    ),
  );
});
