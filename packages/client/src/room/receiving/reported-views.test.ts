import { expect, test } from "vitest";
import { HIDDEN, largestView, ReportedViews, type View } from "./reported-views.ts";

const shown = (width: number, height: number): View => ({ visible: true, width, height });

test.each([
  ["in no element", [], HIDDEN],
  ["in a hidden element", [{ ...shown(640, 360), visible: false }], HIDDEN],
  ["in one", [shown(640, 360)], shown(640, 360)],
  ["in two, one of them hidden", [shown(160, 90), { ...shown(640, 360), visible: false }], shown(160, 90)],
  ["in two of different shape", [shown(640, 100), shown(160, 360)], shown(640, 360)],
] as [string, View[], View][])("a video %s", (_, views, expected) => {
  expect(largestView(views)).toEqual(expected);
});

test("reports changes only", () => {
  const views = new ReportedViews();
  const first = views.take([
    ["a", shown(640, 360)],
    ["b", HIDDEN],
  ]);
  expect(first).toEqual([
    [
      { consumerId: "a", ...shown(640, 368) },
      { consumerId: "b", ...HIDDEN },
    ],
  ]);
  expect(views.take([["a", shown(639.5, 359)]])).toEqual([]);
  expect(views.take([["a", shown(1_280, 720)]])).toEqual([[{ consumerId: "a", ...shown(1_280, 720) }]]);
  expect(views.take([["b", { ...shown(640, 360), visible: false }]])).toEqual([]);
});

test("reports again what may have been lost, and what belongs to a new consumer", () => {
  const views = new ReportedViews();
  views.take([["a", shown(160, 96)]]);
  views.clear();
  expect(views.take([["a", shown(160, 96)]])).toHaveLength(1);
  views.forget("a");
  expect(views.take([["a", shown(160, 96)]])).toHaveLength(1);
});

test("respects the size of a message", () => {
  const many = Array.from({ length: 600 }, (_none, index) => [`c${index}`, shown(16, 16)] as const);
  expect(new ReportedViews().take(many).map((views) => views.length)).toEqual([256, 256, 88]);
  expect(new ReportedViews().take([["wall", shown(100_000, 9)]])[0]?.[0]?.width).toBe(16_384);
});
