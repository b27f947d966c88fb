import { expect, test } from "vitest";
import { forgetSeat, storedSeat, storeSeat } from "./stored-seat.ts";

const SEAT = { callId: "c1", peerId: "p1", reconnectToken: "rt_1" };

const storage = (entries = new Map<string, string>()) => ({
  getItem: (key: string) => entries.get(key) ?? null,
  setItem: (key: string, value: string) => void entries.set(key, value),
  removeItem: (key: string) => void entries.delete(key),
});

test("a seat is kept for one call only", () => {
  const kept = storage();
  storeSeat(kept, SEAT);
  expect(storedSeat(kept, "c1")).toEqual(SEAT);
  expect(storedSeat(kept, "c2")).toBeUndefined();
  forgetSeat(kept, "c1");
  expect(storedSeat(kept, "c1")).toBeUndefined();
});

test.each(["{", "null", "7", '{"callId":"c1"}', '{"callId":"c2","peerId":"p","reconnectToken":"rt"}'])(
  "%s is not a seat in this call",
  (text) => {
    expect(storedSeat(storage(new Map([["radist.resume.c1", text]])), "c1")).toBeUndefined();
  },
);

test("storage that is forbidden has no seat, and is no error", () => {
  const forbidden = () => {
    throw new DOMException("", "SecurityError");
  };
  const denied = { getItem: forbidden, setItem: forbidden, removeItem: forbidden };
  storeSeat(denied, SEAT);
  expect(storedSeat(denied, "c1")).toBeUndefined();
  forgetSeat(denied, "c1");
});
