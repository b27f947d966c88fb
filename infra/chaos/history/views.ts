import type { Violation } from "./history.ts";

/** Who is in a call or room, and whether connected, as somebody sees it. */
export type View = Readonly<Record<string, "connected" | "disconnected">>;

export interface Views {
  readonly call: string;
  /** The peers whose sockets the clients know to be open. */
  readonly present: readonly string[];
  /** By who sees it: a client, the API, the database. */
  readonly seen: Readonly<Record<string, View>>;
}

/** Views that differ from who is there, once nothing happens any more. */
export function checkViews(calls: readonly Views[]): Violation[] {
  return calls.flatMap(({ call, present, seen }) =>
    Object.entries(seen).flatMap(([who, view]) => {
      const wanted = present.toSorted().map((peer) => `${peer} connected`);
      const found = Object.entries(view)
        .map(([peer, status]) => `${peer} ${status}`)
        .toSorted();
      if (found.join() === wanted.join()) return [];
      const ghosts = Object.keys(view).filter((peer) => !present.includes(peer));
      const what = `${who} sees ${found.join(", ") || "nobody"} in ${call}, where there is ${wanted.join(", ") || "nobody"}`;
      return [{ invariant: ghosts.length > 0 ? "seats" : "views", what } as const];
    }),
  );
}
