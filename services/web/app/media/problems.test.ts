import type { DeviceProblem } from "@radist-tech/client";
import { expect, test } from "vitest";
import { adviceFor } from "./advice.ts";
import { acceptedStill, type DeviceProblems, hasNew, noticesFor, problemsOf } from "./problems.ts";

const DENIED: DeviceProblems = { microphone: "permission_denied", camera: "permission_denied" };
const NO_CAMERA: DeviceProblems = { camera: "not_found" };

test("devices without a problem are left out", () => {
  expect(problemsOf({ microphone: { problem: undefined }, camera: { problem: "in_use" } })).toEqual({
    camera: "in_use",
  });
  expect(problemsOf({ microphone: { problem: undefined }, camera: { problem: undefined } })).toEqual({});
});

test.each<[string, DeviceProblems, DeviceProblems, boolean]>([
  ["none", {}, {}, false],
  ["one that was not seen yet", NO_CAMERA, {}, true],
  ["one that was put aside", NO_CAMERA, NO_CAMERA, false],
  ["another one of the same device", { camera: "in_use" }, NO_CAMERA, true],
  ["one of the other device", { ...NO_CAMERA, microphone: "ended" }, NO_CAMERA, true],
  ["one of two that were put aside", NO_CAMERA, { ...NO_CAMERA, microphone: "ended" }, false],
])("new problems: %s", (_what, problems, accepted, expected) => {
  expect(hasNew(problems, accepted)).toBe(expected);
});

test("a problem that was solved and comes back is new", () => {
  const afterwards = acceptedStill(DENIED, { microphone: "permission_denied" });
  expect(afterwards).toEqual({ microphone: "permission_denied" });
  expect(hasNew(DENIED, afterwards)).toBe(true);
  expect(acceptedStill(DENIED, DENIED)).toBe(DENIED);
});

test.each<[string, DeviceProblems, string[]]>([
  ["none", {}, []],
  ["one", NO_CAMERA, ["camera"]],
  ["two of the same kind share a notice", DENIED, ["camera,microphone"]],
  ["two of different kinds do not", { microphone: "in_use", camera: "ended" }, ["camera", "microphone"]],
])("notices for %s", (_what, problems, kinds) => {
  expect(noticesFor(problems).map((notice) => notice.kinds.join())).toEqual(kinds);
});

const PROBLEMS: DeviceProblem[] = [
  "insecure_page",
  "permission_denied",
  "blocked_by_system",
  "not_found",
  "in_use",
  "ended",
  "failed",
];

test.each(PROBLEMS)("%s is explained, with what to do about it", (problem) => {
  for (const kinds of [["microphone"], ["camera"], ["microphone", "camera"]] as const) {
    const advice = adviceFor(problem, kinds);
    expect(advice).toMatch(/^[A-Z].*\. [A-Z].*\.$/);
    for (const kind of kinds) expect(advice).toContain(kind);
  }
});

test("the advice agrees in number with the devices", () => {
  expect(adviceFor("ended", ["camera"])).toContain("it is connected");
  expect(adviceFor("ended", ["microphone", "camera"])).toContain("they are connected");
  expect(adviceFor("not_found", ["camera", "microphone"])).toMatch(/^No camera or microphone was found/);
});
