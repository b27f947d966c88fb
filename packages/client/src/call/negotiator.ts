import {
  type IncomingCandidate,
  type IncomingDescription,
  type IncomingSignal,
  judgeCandidate,
  judgeDescription,
} from "./negotiation.ts";

/** What a negotiation needs of an RTCPeerConnection. */
export type NegotiablePeer = Pick<
  RTCPeerConnection,
  | "signalingState"
  | "localDescription"
  | "currentLocalDescription"
  | "pendingLocalDescription"
  | "setLocalDescription"
  | "setRemoteDescription"
  | "addIceCandidate"
>;

export type SignalName = "offer" | "answer" | "ice-candidate";

export interface NegotiatorOptions {
  readonly peer: NegotiablePeer;
  readonly polite: boolean;
  readonly session: string;
  send(name: SignalName, payload: object): void;
  /** The other side's offer comes first and is about to be applied. */
  beforeFirst?(sdp: string): void;
  /** A description of the other side was applied. */
  afterRemote?(): void;
  /** These signals want a new RTCPeerConnection, or none do and it is to make the first offer; this one is done. */
  renew(signals: IncomingSignal[]): void;
  /** The browser refused a description, so that this session cannot go on. */
  failed(error: unknown): void;
}

type Task = IncomingSignal | { readonly kind: "offer" } | { readonly kind: "repeat" };

// No candidate needs to wait for longer than its description, so this bounds only what a hostile peer can pile up.
const MAX_HELD_CANDIDATES = 128;

/**
 * Drives one RTCPeerConnection by perfect negotiation. One thing at a time: a signal is judged when all earlier ones,
 * and offers of our own, have been dealt with, so that `signalingState` is what it says.
 */
export class Negotiator {
  readonly #options: NegotiatorOptions;
  readonly #tasks: Task[] = [];
  #working = false;
  #closed = false;
  #begun = false;
  #ignoringOffer = false;
  #remoteSession: string | undefined;
  #ownOffer = 0;
  #takenOffer: number | undefined;
  #held: IncomingCandidate[] = [];

  constructor(options: NegotiatorOptions) {
    this.#options = options;
  }

  /** Whether the other side was heard: one of its descriptions was accepted. */
  get bound(): boolean {
    return this.#remoteSession !== undefined;
  }

  /** Whether the first offer was claimed, by either side. */
  get begun(): boolean {
    return this.#begun;
  }

  /** Claims the first offer. False when there is none to make: the other side's came first, or it was claimed before. */
  begin(): boolean {
    if (this.#begun || this.#closed) return false;
    this.#begun = true;
    return true;
  }

  /** For `negotiationneeded`. */
  offer(): void {
    this.#do({ kind: "offer" });
  }

  /** For `icecandidate`; null says that there are no more. */
  sendCandidate(candidate: RTCIceCandidateInit | null): void {
    if (!this.#closed) this.#send("ice-candidate", candidate ?? { candidate: "" });
  }

  receive(signal: IncomingSignal): void {
    this.#do(signal);
  }

  /** After a reconnect of either side: sends again what the other side may have missed. */
  repeat(): void {
    this.#do({ kind: "repeat" });
  }

  close(): void {
    this.#closed = true;
    this.#tasks.length = 0;
  }

  #do(task: Task): void {
    if (this.#closed) return;
    this.#tasks.push(task);
    if (!this.#working) void this.#work();
  }

  async #work(): Promise<void> {
    this.#working = true;
    try {
      for (let task = this.#tasks.shift(); task; task = this.#tasks.shift()) {
        if (task.kind === "description") await this.#takeDescription(task);
        else if (task.kind === "candidate") this.#takeCandidate(task);
        else if (task.kind === "offer") await this.#makeOffer();
        else this.#repeat();
      }
    } catch (error) {
      if (!this.#closed) this.#options.failed(error);
    } finally {
      this.#working = false;
    }
  }

  async #makeOffer(): Promise<void> {
    const { peer } = this.#options;
    // Otherwise the browser asks again once it is stable.
    if (peer.signalingState !== "stable") return;
    await peer.setLocalDescription();
    this.#ownOffer++;
    this.#sendDescription(peer.localDescription);
  }

  async #takeDescription(signal: IncomingDescription): Promise<void> {
    const { polite, session, peer } = this.#options;
    const verdict = judgeDescription(
      {
        polite,
        session,
        begun: this.#begun,
        remoteSession: this.#remoteSession,
        signalingState: peer.signalingState,
        ownOffer: this.#ownOffer,
        takenOffer: this.#takenOffer,
      },
      signal,
    );
    switch (verdict) {
      case "apply":
        return this.#apply(signal);
      case "repeated":
        this.#repeatAnswer();
        return;
      case "ignore":
        this.#ignoringOffer = true;
        return;
      case "stale":
        return;
      case "renew": {
        const signals = this.#tasks.filter((task) => task.kind === "description" || task.kind === "candidate");
        this.close();
        this.#options.renew([signal, ...signals]);
        return;
      }
      case "restart":
        this.close();
        this.#options.renew([]);
    }
  }

  async #apply({ type, sdp, session, offer }: IncomingDescription): Promise<void> {
    const { peer } = this.#options;
    this.#ignoringOffer = false;
    this.#remoteSession = session;
    if (type === "offer" && this.begin()) this.#options.beforeFirst?.(sdp);
    // The browser rolls our own offer back where it must (RFC 9429, section 4.1.10.2).
    await peer.setRemoteDescription({ type, sdp });
    if (this.#closed) return;
    for (const candidate of this.#held.splice(0)) this.#takeCandidate(candidate);
    this.#options.afterRemote?.();
    if (type === "answer") return;
    await peer.setLocalDescription();
    this.#takenOffer = offer;
    this.#sendDescription(peer.localDescription);
  }

  #takeCandidate(signal: IncomingCandidate): void {
    const verdict = judgeCandidate({ session: this.#options.session, remoteSession: this.#remoteSession }, signal);
    if (verdict === "hold" && !this.#ignoringOffer && this.#held.length < MAX_HELD_CANDIDATES) this.#held.push(signal);
    if (verdict !== "apply") return;
    const ignoring = this.#ignoringOffer;
    this.#options.peer.addIceCandidate(signal.candidate).catch((error) => {
      // Candidates of an offer that we ignored have nowhere to go; of any other, one bad candidate is no reason to end
      // a session that has more of them: the connection state tells whether they sufficed.
      if (!ignoring && !this.#closed) console.debug("A candidate of the other peer was not accepted.", error);
    });
  }

  #repeat(): void {
    this.#repeatAnswer();
    this.#sendDescription(this.#options.peer.pendingLocalDescription);
  }

  #repeatAnswer(): void {
    const description = this.#options.peer.currentLocalDescription;
    // A peer that does not count its offers would take a repeated answer for a new one.
    if (this.#takenOffer !== undefined && description?.type === "answer") this.#sendDescription(description);
  }

  #sendDescription(description: RTCSessionDescription | null): void {
    if (!description || this.#closed) return;
    const { type, sdp } = description;
    if (type === "offer") this.#send("offer", { type, sdp, offer: this.#ownOffer });
    else
      this.#send("answer", { type: "answer", sdp, ...(this.#takenOffer !== undefined && { offer: this.#takenOffer }) });
  }

  #send(name: SignalName, payload: object): void {
    const to = this.#remoteSession === undefined ? {} : { to: this.#remoteSession };
    this.#options.send(name, { ...payload, session: this.#options.session, ...to });
  }
}
