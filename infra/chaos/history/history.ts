/** One client of one call, by a name that is its own in the whole run. */
export interface Party {
  readonly name: string;
  readonly partner: string;
  readonly project: string;
  readonly call: string;
}

/** What a signal carries: where it belongs, and which one of its sender's it is, counted from 0. */
export interface Mark {
  readonly project: string;
  readonly call: string;
  readonly from: string;
  readonly number: number;
}

/** What happened to one client, or what one client did. */
export type Happening =
  /** The application handed a signal to the SDK. */
  | { readonly type: "sent"; readonly number: number }
  | { readonly type: "received"; readonly mark: Mark }
  /** The sender was told that this signal did not arrive. */
  | { readonly type: "refused"; readonly number: number; readonly code: string }
  /** The SDK could not keep what waited for a socket: all that was sent and not delivered may be lost, and the sender knows. */
  | { readonly type: "overflowed" }
  /** The platform admitted a socket: by this token, or as the same peer again. */
  | { readonly type: "admitted"; readonly peerId: string; readonly token?: string }
  /** Something after which the SDK repeats its last offer, or begins another session. */
  | { readonly type: "renegotiates"; readonly because: string }
  /** What the run itself did. */
  | { readonly type: "stage"; readonly what: string }
  /** It was over for this client, and the client had not asked for it. */
  | { readonly type: "ended"; readonly reason: string };

export interface Entry {
  /** Position in the history: one process writes it, so the order is total. */
  readonly at: number;
  /** Milliseconds since the history began: for whoever reads it, no check depends on it. */
  readonly ms: number;
  readonly name: string;
  readonly happening: Happening;
}

/** Everything that the clients of a run saw and did, in order. */
export class History {
  readonly parties = new Map<string, Party>();
  readonly entries: Entry[] = [];
  readonly #began = performance.now();

  join(party: Party): void {
    this.parties.set(party.name, party);
  }

  add(name: string, happening: Happening): void {
    const ms = Math.round(performance.now() - this.#began);
    this.entries.push({ at: this.entries.length, ms, name, happening });
  }

  count(type: Happening["type"]): number {
    return this.entries.reduce((sum, { happening }) => sum + (happening.type === type ? 1 : 0), 0);
  }
}

/** An invariant that a history breaks, and how. */
export interface Violation {
  readonly invariant: Invariant;
  readonly what: string;
}

/** What must hold, whatever breaks. */
export const INVARIANTS = {
  delivery: "each signal is delivered, or its sender told, or both sides negotiate again",
  order: "signals arrive in the order in which they were sent, and again only after a reconnection",
  isolation: "no signal crosses calls or projects",
  calls: "no call ends by itself",
  views: "all views of a call or room agree",
  seats: "no ghost, no leaked seat",
  tokens: "a token is used once",
  liveness: "liveness never fails because a dependency is down",
  readiness: "readiness fails while a dependency is down, and comes back",
  refusals: "what cannot be served is refused as unavailable, to be tried again",
  fault: "what the fault itself claims",
} as const;
export type Invariant = keyof typeof INVARIANTS;
