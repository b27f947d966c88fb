import type { History, Violation } from "./history.ts";

/** Clients that were thrown out, and tokens that let in more than one peer. */
export function checkLives({ entries }: History): Violation[] {
  const violations: Violation[] = [];
  const peersOf = new Map<string, Set<string>>();
  for (const { name, happening } of entries) {
    if (happening.type === "ended") violations.push({ invariant: "calls", what: `${name} ended: ${happening.reason}` });
    if (happening.type !== "admitted" || happening.token === undefined) continue;
    const peers = peersOf.get(happening.token) ?? new Set();
    peersOf.set(happening.token, peers.add(happening.peerId));
    if (peers.size > 1)
      violations.push({ invariant: "tokens", what: `${name}'s token let in ${[...peers].join(", ")}` });
  }
  return violations;
}
