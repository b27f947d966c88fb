import type { Connection } from "@radist-tech/db";
import type { RoomControl } from "@radist-tech/protocol/bus";
import type { Chore } from "@radist-tech/runtime";
import { endIdleRooms, endRoomsOfDeletedProjects } from "./end.ts";
import { freeOverdueSeats } from "./expire.ts";
import { takeFromLostHomes } from "./orphans.ts";

const OFTEN_MS = 1_000;
const SELDOM_MS = 10_000;

export interface RoomChoresOptions {
  readonly connection: Connection;
  /** How long the peers of a home that is gone may resume, milliseconds. */
  readonly windowMs: number;
  /** Whether this node may say that others are gone. */
  readonly mayJudge: () => boolean;
  /** Announces it to the sfu nodes. */
  readonly announce: (control: RoomControl) => void;
}

/** The periodic work on rooms. */
export function roomChores({ connection, windowMs, mayJudge, announce }: RoomChoresOptions): Chore[] {
  const announceAll = (controls: readonly RoomControl[]): number => {
    for (const control of controls) announce(control);
    return controls.length;
  };
  return [
    {
      name: "rooms-lost-homes",
      everyMs: OFTEN_MS,
      run: (signal) => repeat(signal, async () => (mayJudge() ? takeFromLostHomes(connection, windowMs) : 0)),
    },
    {
      name: "rooms-overdue-seats",
      everyMs: OFTEN_MS,
      run: (signal) => repeat(signal, () => freeOverdueSeats(connection)),
    },
    {
      name: "rooms-idle",
      everyMs: OFTEN_MS,
      run: (signal) => repeat(signal, async () => announceAll(await endIdleRooms(connection))),
    },
    {
      name: "rooms-of-deleted-projects",
      everyMs: SELDOM_MS,
      run: (signal) => repeat(signal, async () => announceAll(await endRoomsOfDeletedProjects(connection))),
    },
  ];
}

/** Batch after batch, until nothing is left to do. */
async function repeat(signal: AbortSignal, batch: () => Promise<number>): Promise<void> {
  while (!signal.aborted && (await batch()) > 0);
}
