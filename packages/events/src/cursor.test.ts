import { expect, test } from "vitest";
import { cursorAt, positionOf } from "./cursor.ts";

test.each([0, 1, 35, 36, 1_234_567, Number.MAX_SAFE_INTEGER])("%d is found again", (position) => {
  expect(positionOf(cursorAt(position))).toBe(position);
});

test.each(["", "evc_", "100", "evc_-1", "evc_1.5", "evc_01", "evc_A", "evc_zzzzzzzzzzz", "evc_1 ", "EVC_1", "evc_é"])(
  "%j is none",
  (text) => {
    expect(positionOf(text)).toBeUndefined();
  },
);
