import type { CallId, Epoch, PeerId, ProjectId } from "@radist-tech/protocol";
import type { Seat } from "./seat.ts";

/** Something that came for a peer: runs once with its seat, or without one when the peer is not here. */
type Arrival = (seat: Seat | undefined) => void;

/**
 * The peers on this node. While a peer is being admitted its claim is stored before its seat is here; what arrives for
 * it meanwhile waits, so that nothing overtakes its `call_joined`.
 */
export class Seats {
  readonly #seats = new Map<PeerId, Seat>();
  readonly #admissions = new Map<
    PeerId,
    { open: number; isInDoubt: boolean; waiting: { epoch: Epoch; arrival: Arrival }[] }
  >();

  get size(): number {
    return this.#seats.size;
  }

  [Symbol.iterator](): IterableIterator<Seat> {
    return this.#seats.values();
  }

  get(peerId: PeerId): Seat | undefined {
    return this.#seats.get(peerId);
  }

  ofCall(callId: CallId): Seat[] {
    return [...this.#seats.values()].filter((seat) => seat.callId === callId);
  }

  ofProject(projectId: ProjectId): Seat[] {
    return [...this.#seats.values()].filter((seat) => seat.projectId === projectId);
  }

  /** Runs `arrival` for the seat that has this claim: now, or when its admission is over. */
  arrive(peerId: PeerId, epoch: Epoch, arrival: Arrival): void {
    const seat = this.#seats.get(peerId);
    if (seat?.epoch === epoch) return arrival(seat);
    const admission = this.#admissions.get(peerId);
    if (admission && (seat === undefined || epoch > seat.epoch)) admission.waiting.push({ epoch, arrival });
    else arrival(undefined);
  }

  beginAdmission(peerId: PeerId): void {
    const admission = this.#admissions.get(peerId);
    if (admission) admission.open++;
    else this.#admissions.set(peerId, { open: 1, isInDoubt: false, waiting: [] });
  }

  /** Something came that concerns whole calls: those on their way in may have stored their claims before it. */
  doubtAdmissions(): void {
    for (const admission of this.#admissions.values()) admission.isInDoubt = true;
  }

  isInDoubt(peerId: PeerId): boolean {
    return this.#admissions.get(peerId)?.isInDoubt ?? false;
  }

  /** Seats the admitted peer, unless a later claim is here already, and lets in what waited for it. */
  add(seat: Seat): void {
    const earlier = this.#seats.get(seat.peerId);
    if (!earlier || earlier.epoch < seat.epoch) this.#seats.set(seat.peerId, seat);
    const admission = this.#admissions.get(seat.peerId);
    if (!admission) return;
    const mine = admission.waiting.filter(({ epoch }) => epoch === seat.epoch);
    admission.waiting = admission.waiting.filter(({ epoch }) => epoch !== seat.epoch);
    for (const { arrival } of mine) arrival(seat);
  }

  /** However it went; what waited in vain learns that the peer is not here. */
  endAdmission(peerId: PeerId): void {
    const admission = this.#admissions.get(peerId);
    if (!admission) return;
    if (--admission.open > 0) return;
    this.#admissions.delete(peerId);
    for (const { arrival } of admission.waiting) arrival(undefined);
  }

  /** @returns whether it was the peer's seat */
  remove(seat: Seat): boolean {
    return this.#seats.get(seat.peerId) === seat && this.#seats.delete(seat.peerId);
  }
}
