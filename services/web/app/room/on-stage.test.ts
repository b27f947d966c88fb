import { expect, test } from "vitest";
import { onStage } from "./on-stage.ts";

const people = (...ids: string[]) => ids.map((peerId) => ({ peerId }));
const ids = (shown: readonly { peerId: string }[]) => shown.map(({ peerId }) => peerId).join("");

test("all are shown where there is room", () => {
  expect(onStage(people("a", "b", "c"), 3, new Map())).toEqual({ shown: people("a", "b", "c"), more: 0 });
});

test("where there is not, one place says how many more", () => {
  const { shown, more } = onStage(people("a", "b", "c", "d", "e"), 3, new Map());
  expect([ids(shown), more]).toEqual(["ab", 3]);
});

test("who speaks comes in for who was silent longest, and the others stay where they are", () => {
  const everybody = people("a", "b", "c", "d", "e");
  expect(ids(onStage(everybody, 4, new Map([["e", 1]])).shown)).toBe("abe");
  const spoke = new Map([
    ["e", 1],
    ["d", 2],
    ["c", 3],
  ]);
  expect(ids(onStage(everybody, 4, spoke).shown)).toBe("cde");
});
