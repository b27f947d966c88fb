import { expect, test } from "vitest";
import { visibleParticipants } from "./visible-participants.ts";

const people = (...ids: string[]) => ids.map((peerId) => ({ peerId }));
const ids = (shown: readonly { peerId: string }[]) => shown.map(({ peerId }) => peerId).join("");

test("everyone is shown where there are enough tiles", () => {
  expect(visibleParticipants(people("a", "b", "c"), 3, new Map())).toEqual({ shown: people("a", "b", "c"), more: 0 });
});

test("otherwise one tile says how many more there are", () => {
  const { shown, more } = visibleParticipants(people("a", "b", "c", "d", "e"), 3, new Map());
  expect([ids(shown), more]).toEqual(["ab", 3]);
});

test("a speaker replaces the one who has been silent longest, and the others keep their places", () => {
  const everyone = people("a", "b", "c", "d", "e");
  expect(ids(visibleParticipants(everyone, 4, new Map([["e", 1]])).shown)).toBe("abe");
  const lastSpoke = new Map([
    ["e", 1],
    ["d", 2],
    ["c", 3],
  ]);
  expect(ids(visibleParticipants(everyone, 4, lastSpoke).shown)).toBe("cde");
});
