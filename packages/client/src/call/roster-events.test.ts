import { expect, test } from "vitest";
import { Emitter } from "../core/emitter.ts";
import type { RosterEvent } from "./roster.ts";
import { emitRosterEvent } from "./roster-events.ts";
import type { ConnectionEvents } from "./types.ts";

const bob = { peerId: "peer_b" };

/** What a listener hears, and what one hears that is attached afterwards. */
async function heard(...events: object[]) {
  const emitter = new Emitter<ConnectionEvents>();
  const log: unknown[] = [];
  const late: unknown[] = [];
  for (const name of ["peerjoined", "peerreconnected", "peerleft"] as const) {
    emitter.on(name, (payload) => log.push([name, payload]));
  }
  for (const event of events) emitRosterEvent(emitter, { ...bob, ...event } as RosterEvent);
  emitter.on("peerjoined", (payload) => late.push(payload));
  await Promise.resolve();
  return { log, late };
}

const joined = { type: "joined", connected: true };

test("late listeners hear of a peer that is present", async () => {
  expect(await heard(joined)).toEqual({ log: [["peerjoined", bob]], late: [bob] });
});

test.each([
  ["disconnected", [bob]],
  ["left", []],
  ["expired", []],
])("late listeners hear of a peer that is disconnected, and not of one that is gone: %s", async (reason, late) => {
  expect(await heard(joined, { type: "left", reason })).toEqual({
    log: [
      ["peerjoined", bob],
      ["peerleft", { ...bob, reason }],
    ],
    late,
  });
});

test("a return is announced once", async () => {
  const { log } = await heard(joined, { type: "left", reason: "disconnected" }, { type: "reconnected" });
  expect(log.at(-1)).toEqual(["peerreconnected", bob]);
});
