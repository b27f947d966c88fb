import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { hasFreshToken, keepFreshToken, takeFreshToken } from "./fresh-token.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test("a token is taken once, and only for its own key", () => {
  keepFreshToken("room Ada", "ct_1");
  expect([hasFreshToken("room Ada"), hasFreshToken("room Grace")]).toEqual([true, false]);
  expect(takeFreshToken("room Grace")).toBeUndefined();
  expect(takeFreshToken("room Ada")).toBe("ct_1");
  expect([hasFreshToken("room Ada"), takeFreshToken("room Ada")]).toEqual([false, undefined]);
});

test("only the last token is kept", () => {
  keepFreshToken("a", "ct_1");
  keepFreshToken("b", "ct_2");
  expect([takeFreshToken("a"), takeFreshToken("b")]).toEqual([undefined, "ct_2"]);
});

test("a token that is about to expire is not used", () => {
  keepFreshToken("a", "ct_1");
  vi.advanceTimersByTime(8 * 60_000 - 1);
  expect(hasFreshToken("a")).toBe(true);
  vi.advanceTimersByTime(1);
  expect([hasFreshToken("a"), takeFreshToken("a")]).toEqual([false, undefined]);
});
