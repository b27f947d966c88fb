import { expect, test } from "vitest";
import { gridShape } from "./grid-shape.ts";

const DESKTOP = { width: 1256, height: 660 };
const PHONE = { width: 374, height: 640 };
const SMALL_PHONE = { width: 304, height: 480 };
const PHONE_ON_ITS_SIDE = { width: 828, height: 260 };
const counts = Array.from({ length: 25 }, (_, index) => index + 1);

test.each([
  [1, 1],
  [2, 2],
  [3, 2],
  [4, 2],
  [6, 3],
  [9, 3],
  [12, 4],
  [16, 4],
  [20, 5],
  [25, 5],
])("on a desktop %i tiles are in %i columns", (count, columns) => {
  expect(gridShape(count, DESKTOP, 8).columns).toBe(columns);
});

test.each([
  [1, 1],
  [2, 1],
  [3, 1],
  [4, 2],
  [6, 2],
  [25, 2],
])("on a phone %i tiles are in %i columns", (count, columns) => {
  expect(gridShape(count, PHONE, 8).columns).toBe(columns);
});

test.each([DESKTOP, PHONE, SMALL_PHONE, PHONE_ON_ITS_SIDE])(
  "tiles never exceed the width of the stage, and its height only where it scrolls: %o",
  (stage) => {
    for (const count of counts) {
      const { columns, tile, scrolls } = gridShape(count, stage, 8);
      const rows = Math.ceil(count / columns);
      expect(columns * tile.width + (columns - 1) * 8).toBeLessThanOrEqual(stage.width);
      expect(rows * tile.height + (rows - 1) * 8 <= stage.height).toBe(!scrolls);
      expect(tile.height).toBeGreaterThanOrEqual(90);
    }
  },
);

test("a stage of no size yet still has a shape", () => {
  expect(gridShape(3, { width: 0, height: 0 }, 8).columns).toBe(1);
});
