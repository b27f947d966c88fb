import type { Entry, History, Party, Violation } from "./history.ts";

/**
 * What the signals of a history break: lost in silence, out of order, delivered twice for no reason, or delivered to
 * somebody else.
 */
export function checkSignals({ parties, entries }: History): Violation[] {
  const byName = Map.groupBy(entries, ({ name }) => name);
  const of = (name: string): readonly Entry[] => byName.get(name) ?? [];
  return [...parties.values()].flatMap((sender) => {
    const receiver = parties.get(sender.partner);
    if (!receiver) return [];
    const direction = new Direction(sender, of(sender.name), of(receiver.name));
    return [...direction.strangers(), ...direction.disorder(), ...direction.lost()];
  });
}

/** The signals from one client to the other one of its call. */
class Direction {
  readonly #sender: Party;
  readonly #senderSide: readonly Entry[];
  readonly #receiverSide: readonly Entry[];
  /** When each signal was sent, by its number, */
  readonly #sent = new Map<number, number>();
  /** and when it arrived, the first time and later ones. */
  readonly #arrivals = new Map<number, number[]>();

  constructor(sender: Party, senderSide: readonly Entry[], receiverSide: readonly Entry[]) {
    this.#sender = sender;
    this.#senderSide = senderSide;
    this.#receiverSide = receiverSide;
    for (const { at, happening } of senderSide) if (happening.type === "sent") this.#sent.set(happening.number, at);
    for (const { at, happening } of receiverSide) {
      if (happening.type !== "received" || happening.mark.from !== sender.name) continue;
      const { number } = happening.mark;
      this.#arrivals.set(number, [...(this.#arrivals.get(number) ?? []), at]);
    }
  }

  /** What the sender was delivered that does not belong to it, and what was delivered that nobody sent. */
  strangers(): Violation[] {
    const { name, partner, project, call } = this.#sender;
    const foreign = this.#senderSide.flatMap(({ happening }) => {
      if (happening.type !== "received") return [];
      const { mark } = happening;
      if (mark.from === partner && mark.project === project && mark.call === call) return [];
      return [violation("isolation", `${name} of ${call} got signal ${mark.number} of ${mark.from} in ${mark.call}`)];
    });
    const invented = [...this.#arrivals.keys()].filter((number) => !this.#sent.has(number));
    return [
      ...foreign,
      ...invented.map((number) => violation("isolation", `${partner} got signal ${number}, which ${name} never sent`)),
    ];
  }

  disorder(): Violation[] {
    const violations: Violation[] = [];
    let highest = -1;
    // The map has them in the order of their first arrivals.
    for (const [number, arrivals] of this.#arrivals) {
      // Of one that was refused in doubt, as to a node that does not answer, the sender knows that it is lost, or late.
      if (this.#senderWasTold(number, this.#sent.get(number) ?? 0)) continue;
      if (number < highest) violations.push(violation("order", `${this.#name(number)} arrived after ${highest}`));
      highest = Math.max(highest, number);
      // Each reconnection since it was sent can have repeated it twice: what was held for its target, and what the earlier
      // socket of that may not have received.
      const reconnections = this.#reconnectionsWithin(this.#sent.get(number) ?? 0, arrivals.at(-1) ?? 0);
      if (arrivals.length > 1 + 2 * reconnections) {
        violations.push(violation("order", `${this.#name(number)} arrived ${arrivals.length} times`));
      }
    }
    return violations;
  }

  lost(): Violation[] {
    return [...this.#sent].flatMap(([number, sentAt]) => {
      if (this.#arrivals.has(number) || this.#senderWasTold(number, sentAt)) return [];
      if (!this.#bothRenegotiate(sentAt)) return [violation("delivery", `${this.#name(number)} was lost in silence`)];
      const next = this.#nextArrival(number);
      if (next === undefined || this.#reconnectionsWithin(sentAt, next) > 0) return [];
      return [violation("delivery", `${this.#name(number)} is missing between others, without a reconnection there`)];
    });
  }

  #senderWasTold(number: number, sentAt: number): boolean {
    return this.#senderSide.some(
      ({ at, happening }) =>
        (happening.type === "refused" && happening.number === number) ||
        (happening.type === "overflowed" && at > sentAt),
    );
  }

  #bothRenegotiate(since: number): boolean {
    return [this.#senderSide, this.#receiverSide].every((side) =>
      side.some(({ at, happening }) => at > since && happening.type === "renegotiates"),
    );
  }

  /** When the next signal after this one arrived, of those that did. */
  #nextArrival(number: number): number | undefined {
    const later = [...this.#arrivals].flatMap(([other, [at]]) => (other > number && at !== undefined ? [at] : []));
    return later.length > 0 ? Math.min(...later) : undefined;
  }

  #reconnectionsWithin(from: number, to: number): number {
    const within = ({ at, happening }: Entry): boolean => at > from && at < to && happening.type === "admitted";
    return this.#senderSide.filter(within).length + this.#receiverSide.filter(within).length;
  }

  #name(number: number): string {
    return `signal ${number} from ${this.#sender.name} to ${this.#sender.partner}`;
  }
}

const violation = (invariant: Violation["invariant"], what: string): Violation => ({ invariant, what });
