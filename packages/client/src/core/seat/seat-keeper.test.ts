import { expect, test } from "vitest";
import { storedSeat } from "../../call/stored-seat.ts";
import { SeatKeeper } from "./seat-keeper.ts";

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
  await expect(new SeatKeeper(undefined).claim(seat)).rejects.toMatchObject({ code: "seat_in_use" });
  release();
  await other;
  const keeper = new SeatKeeper(undefined);
  await keeper.claim(seat);
  keeper.ended({ reason: "left" });
});
