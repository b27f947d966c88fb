import { sendAll, type Transaction } from "@radist-tech/db";
import { type ErrorCode, Refusal } from "@radist-tech/protocol";
import type { RoomControl } from "@radist-tech/protocol/bus";
import type { SeatChange, SeatEvent, SeatRefusal } from "../seats/event.ts";
import { stepSeats } from "../seats/step.ts";
import { Fenced } from "./fenced.ts";
import type { Loaded } from "./load.ts";
import { storing } from "./store.ts";

const TEXTS: Partial<Record<SeatRefusal, string>> = {
  invalid_token: "Invalid or already consumed room token.",
  invalid_reconnect: "Invalid or expired resume token.",
};

/**
 * The step of one room.
 *
 * @returns nothing when it changes nothing
 * @throws {Refusal} | {Fenced}
 */
export function change(loaded: Loaded | undefined, event: SeatEvent): SeatChange | undefined {
  if (!loaded) throw new Fenced();
  const step = stepSeats(loaded.room, event);
  switch (step.outcome) {
    case "done":
      return step;
    case "unchanged":
      return undefined;
    case "fenced":
      throw new Fenced();
    case "refused":
      throw refusal(step.code);
  }
}

export const refusal = (code: SeatRefusal): Refusal => new Refusal(code satisfies ErrorCode, TEXTS[code]);

/** The same step of many rooms, stored at once. Rooms that it does not change are left out. */
export async function advanceAll(
  tx: Transaction,
  loaded: readonly Loaded[],
  event: SeatEvent,
): Promise<readonly RoomControl[]> {
  const changes = loaded.flatMap((each) => {
    const step = stepSeats(each.room, event);
    return step.outcome === "done" ? { ...each, change: step } : [];
  });
  await sendAll(tx, storing(changes));
  return changes.flatMap(({ change: { notify } }) => notify);
}
