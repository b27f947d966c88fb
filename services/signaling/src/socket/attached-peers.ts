import type { CallId, Epoch, P2PFeature, PeerId, ProjectId } from "@radist-tech/protocol";
import type { AttachedPeer } from "./attached-peer.ts";

/** Something addressed to a peer: runs once, with the peer, or with nothing when the peer is not on this node. */
type Arrival = (attached: AttachedPeer | undefined) => void;

/**
 * The peers whose sockets this node holds. An admission stores its claim before the peer is attached; what arrives for
 * the peer in between waits, so that nothing overtakes its `call_joined`.
 */
export class AttachedPeers {
  readonly #attachedPeers = new Map<PeerId, AttachedPeer>();
  readonly #admissions = new Map<
    PeerId,
    { open: number; isInDoubt: boolean; waiting: { epoch: Epoch; arrival: Arrival }[] }
  >();

  get size(): number {
    return this.#attachedPeers.size;
  }

  [Symbol.iterator](): IterableIterator<AttachedPeer> {
    return this.#attachedPeers.values();
  }

  get(peerId: PeerId): AttachedPeer | undefined {
    return this.#attachedPeers.get(peerId);
  }

  ofCall(callId: CallId): AttachedPeer[] {
    return [...this.#attachedPeers.values()].filter((attached) => attached.callId === callId);
  }

  ofProject(projectId: ProjectId): AttachedPeer[] {
    return [...this.#attachedPeers.values()].filter((attached) => attached.projectId === projectId);
  }

  /** The peers that asked for the messages of a feature. */
  *wanting(feature: P2PFeature): Iterable<AttachedPeer> {
    for (const attached of this.#attachedPeers.values()) if (attached.features.has(feature)) yield attached;
  }

  /** Runs `arrival` for the peer under this claim: now, or when its admission is over. */
  arrive(peerId: PeerId, epoch: Epoch, arrival: Arrival): void {
    const attached = this.#attachedPeers.get(peerId);
    if (attached?.epoch === epoch) return arrival(attached);
    const admission = this.#admissions.get(peerId);
    if (admission && (attached === undefined || epoch > attached.epoch)) admission.waiting.push({ epoch, arrival });
    else arrival(undefined);
  }

  beginAdmission(peerId: PeerId): void {
    const admission = this.#admissions.get(peerId);
    if (admission) admission.open++;
    else this.#admissions.set(peerId, { open: 1, isInDoubt: false, waiting: [] });
  }

  isAdmitting(peerId: PeerId): boolean {
    return this.#admissions.has(peerId);
  }

  /** Whole calls have changed: peers that are being admitted may have stored their claims before that. */
  doubtAdmissions(): void {
    for (const admission of this.#admissions.values()) admission.isInDoubt = true;
  }

  isInDoubt(peerId: PeerId): boolean {
    return this.#admissions.get(peerId)?.isInDoubt ?? false;
  }

  /** Attaches an admitted peer, unless a later claim is attached already, and runs what waited for it. */
  add(attached: AttachedPeer): void {
    const earlier = this.#attachedPeers.get(attached.peerId);
    if (!earlier || earlier.epoch < attached.epoch) this.#attachedPeers.set(attached.peerId, attached);
    const admission = this.#admissions.get(attached.peerId);
    if (!admission) return;
    const mine = admission.waiting.filter(({ epoch }) => epoch === attached.epoch);
    admission.waiting = admission.waiting.filter(({ epoch }) => epoch !== attached.epoch);
    for (const { arrival } of mine) arrival(attached);
  }

  /** Whether it succeeded or not; arrivals that are still waiting learn that the peer is not here. */
  endAdmission(peerId: PeerId): void {
    const admission = this.#admissions.get(peerId);
    if (!admission) return;
    if (--admission.open > 0) return;
    this.#admissions.delete(peerId);
    for (const { arrival } of admission.waiting) arrival(undefined);
  }

  /** @returns whether it was attached */
  remove(attached: AttachedPeer): boolean {
    return this.#attachedPeers.get(attached.peerId) === attached && this.#attachedPeers.delete(attached.peerId);
  }
}
