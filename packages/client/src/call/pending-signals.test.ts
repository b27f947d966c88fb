import type { P2PClientMessage } from "@radist-tech/protocol";
import { expect, test } from "vitest";
import { PendingSignals } from "./pending-signals.ts";

const signal = (targetPeerId: string, payload: number) =>
  ({ type: "signal", targetPeerId, signalType: "offer", payload }) as P2PClientMessage;

test("returns signals in order, for present peers only", () => {
  const outbox = new PendingSignals();
  for (const [to, payload] of [
    ["peer_a", 1],
    ["peer_gone", 2],
    ["peer_a", 3],
  ] as const)
    outbox.add(signal(to, payload));
  expect(outbox.take(new Set(["peer_a"]))).toEqual([signal("peer_a", 1), signal("peer_a", 3)]);
  expect(outbox.take(new Set(["peer_a"]))).toEqual([]);
});

test("keeps either all signals or none", () => {
  const outbox = new PendingSignals();
  for (let count = 0; count < 256; count++) expect(outbox.add(signal("peer_a", count))).toBe(true);
  expect(outbox.add(signal("peer_a", 256))).toBe(false);
  expect(outbox.take(new Set(["peer_a"]))).toEqual([]);
});
