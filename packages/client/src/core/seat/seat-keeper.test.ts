import { expect, test } from "vitest";
import { storedSeat } from "../../call/stored-seat.ts";
import { SeatKeeper } from "./seat-keeper.ts";
import { storeSeat } from "./stored-seat.ts";

const SEAT = { callId: "c1", peerId: "peer_1", reconnectToken: "rt_1" };

function storage() {
  const entries = new Map<string, string>();
  return {
    getItem: (key: string) => entries.get(key) ?? null,
    setItem: (key: string, value: string) => void entries.set(key, value),
    removeItem: (key: string) => void entries.delete(key),
  };
}

test("a seat is stored as soon as there is one, with each fresh token, and forgotten at the end", () => {
  const kept = storage();
  const keeper = new SeatKeeper(kept);
  keeper.seated("c1", SEAT);
  expect(storedSeat(kept, "c1")).toEqual(SEAT);
  const fresh = { ...SEAT, reconnectToken: "rt_2" };
  keeper.seated("c1", fresh);
  expect(storedSeat(kept, "c1")).toEqual(fresh);
  keeper.ended({ reason: "left" });
  expect(storedSeat(kept, "c1")).toBeUndefined();
});

test("a failure leaves the seat to a reload", () => {
  const kept = storage();
  const keeper = new SeatKeeper(kept);
  keeper.seated("c1", SEAT);
  keeper.ended({ reason: "failed" });
  expect(storedSeat(kept, "c1")).toEqual(SEAT);
});

test("a seat that another page has is not claimed", async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const other = navigator.locks.request("radist.seat.peer_2", () => held);
  const seat = { ...SEAT, peerId: "peer_2" };
  const kept = storage();
  storeSeat(kept, "c1", seat);
  const refused = new SeatKeeper(kept);
  await expect(refused.claim("c1", seat)).rejects.toMatchObject({ code: "seat_in_use" });
  refused.ended({ reason: "left" });
  expect(storedSeat(kept, "c1")).toEqual(seat);
  release();
  await other;
  const keeper = new SeatKeeper(undefined);
  await keeper.claim("c1", seat);
  keeper.ended({ reason: "left" });
});

test("a seat that the platform has given up is forgotten, so that the next reload does not try it again", async () => {
  const kept = storage();
  storeSeat(kept, "c1", SEAT);
  const keeper = new SeatKeeper(kept);
  await keeper.claim("c1", SEAT);
  keeper.ended({ reason: "expired" });
  expect(storedSeat(kept, "c1")).toBeUndefined();
});

test("the end of an earlier connection does not forget the seat of a later one in the same call", () => {
  const kept = storage();
  const earlier = new SeatKeeper(kept);
  earlier.seated("c1", SEAT);
  const other = { ...SEAT, peerId: "peer_other" };
  const later = new SeatKeeper(kept);
  later.seated("c1", other);
  earlier.ended({ reason: "left" });
  expect(storedSeat(kept, "c1")).toEqual(other);
  later.ended({ reason: "left" });
  expect(storedSeat(kept, "c1")).toBeUndefined();
});
