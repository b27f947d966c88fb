import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { hasFreshToken, keepFreshToken, takeFreshToken } from "./fresh-token.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test("a token is taken once, and only for what it was made for", () => {
  keepFreshToken("room Ada", "ct_1");
  expect([hasFreshToken("room Ada"), hasFreshToken("room Grace")]).toEqual([true, false]);
  expect(takeFreshToken("room Grace")).toBeUndefined();
  expect(takeFreshToken("room Ada")).toBe("ct_1");
  expect([hasFreshToken("room Ada"), takeFreshToken("room Ada")]).toEqual([false, undefined]);
});

test("the last one is kept", () => {
  keepFreshToken("a", "ct_1");
  keepFreshToken("b", "ct_2");
  expect([takeFreshToken("a"), takeFreshToken("b")]).toEqual([undefined, "ct_2"]);
});

test("one that is about to expire is as good as none", () => {
  keepFreshToken("a", "ct_1");
  vi.advanceTimersByTime(8 * 60_000 - 1);
  expect(hasFreshToken("a")).toBe(true);
  vi.advanceTimersByTime(1);
  expect([hasFreshToken("a"), takeFreshToken("a")]).toEqual([false, undefined]);
});
