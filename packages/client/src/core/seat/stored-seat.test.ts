import { expect, test } from "vitest";
import { storedSeat } from "../../call/stored-seat.ts";
import { storedRoomSeat } from "../../room/stored-seat.ts";
import { forgetSeat, storeSeat } from "./stored-seat.ts";

const SEAT = { callId: "c1", peerId: "p1", reconnectToken: "rt_1" };

const storage = (entries = new Map<string, string>()) => ({
  getItem: (key: string) => entries.get(key) ?? null,
  setItem: (key: string, value: string) => void entries.set(key, value),
  removeItem: (key: string) => void entries.delete(key),
});

test("a seat is kept for one call only", () => {
  const kept = storage();
  storeSeat(kept, "c1", SEAT);
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

test("a seat in a room is kept likewise, and is none in a call", () => {
  const kept = storage();
  const seat = { roomId: "r1", peerId: "p1", resumeToken: "rt_1" };
  storeSeat(kept, "r1", seat);
  expect([storedRoomSeat(kept, "r1"), storedSeat(kept, "r1")]).toEqual([seat, undefined]);
});

test("storage that is forbidden has no seat, and is no error", () => {
  const forbidden = () => {
    throw new DOMException("", "SecurityError");
  };
  const denied = { getItem: forbidden, setItem: forbidden, removeItem: forbidden };
  storeSeat(denied, "c1", SEAT);
  expect(storedSeat(denied, "c1")).toBeUndefined();
  forgetSeat(denied, "c1");
});
