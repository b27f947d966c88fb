import {
  type IncomingCandidate,
  type IncomingDescription,
  type IncomingSignal,
  judgeCandidate,
  judgeDescription,
} from "./negotiation.ts";

/** The part of an RTCPeerConnection that a negotiation needs. */
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
  readonly isPolite: boolean;
  readonly session: string;
  send(name: SignalName, payload: object): void;
  /** The first offer is the other side's, and is about to be applied. */
  beforeFirstOffer?(sdp: string): void;
  /** A description of the other side was applied. */
  afterRemoteDescription?(): void;
  /** This session is over. The signals are for a new RTCPeerConnection, which makes the first offer when there are none. */
  renew(signals: IncomingSignal[]): void;
  /** The browser refused a description, so that this session cannot continue. */
  failed(error: unknown): void;
}

type Task = IncomingSignal | { readonly kind: "offer" } | { readonly kind: "repeat" };

// Candidates are held until their description arrives; the limit only matters with a hostile peer.
const MAX_HELD_CANDIDATES = 128;

/**
 * Drives one RTCPeerConnection by perfect negotiation, one task at a time: a signal is judged when all earlier signals and
 * our own offers have been processed, so that `signalingState` can be relied on.
 */
export class Negotiator {
  readonly #options: NegotiatorOptions;
  readonly #tasks: Task[] = [];
  #isWorking = false;
  #isClosed = false;
  #hasStarted = false;
  #isIgnoringOffer = false;
  #remoteSession: string | undefined;
  #ownOffer = 0;
  #appliedOffer: number | undefined;
  #held: IncomingCandidate[] = [];

  constructor(options: NegotiatorOptions) {
    this.#options = options;
  }

  /** Whether a description of the other side was accepted. */
  get isBound(): boolean {
    return this.#remoteSession !== undefined;
  }

  /** Whether the first offer was claimed by either side. */
  get hasStarted(): boolean {
    return this.#hasStarted;
  }

  /** Claims the first offer. False when the other side's came first, or when it was claimed before. */
  start(): boolean {
    if (this.#hasStarted || this.#isClosed) return false;
    this.#hasStarted = true;
    return true;
  }

  /** For `negotiationneeded`. */
  offer(): void {
    this.#do({ kind: "offer" });
  }

  /** For `icecandidate`; null means that there are no more. */
  sendCandidate(candidate: RTCIceCandidateInit | null): void {
    if (!this.#isClosed) this.#send("ice-candidate", candidate ?? { candidate: "" });
  }

  receive(signal: IncomingSignal): void {
    this.#do(signal);
  }

  /** After a reconnect of either side: sends again what the other side may have missed. */
  repeat(): void {
    this.#do({ kind: "repeat" });
  }

  close(): void {
    this.#isClosed = true;
    this.#tasks.length = 0;
  }

  #do(task: Task): void {
    if (this.#isClosed) return;
    this.#tasks.push(task);
    if (!this.#isWorking) void this.#work();
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    try {
      for (let task = this.#tasks.shift(); task; task = this.#tasks.shift()) {
        if (task.kind === "description") await this.#receiveDescription(task);
        else if (task.kind === "candidate") this.#receiveCandidate(task);
        else if (task.kind === "offer") await this.#makeOffer();
        else this.#repeat();
      }
    } catch (error) {
      if (!this.#isClosed) this.#options.failed(error);
    } finally {
      this.#isWorking = false;
    }
  }

  async #makeOffer(): Promise<void> {
    const { peer } = this.#options;
    // Otherwise the browser fires `negotiationneeded` again once it is stable.
    if (peer.signalingState !== "stable") return;
    await peer.setLocalDescription();
    this.#ownOffer++;
    this.#sendDescription(peer.localDescription);
  }

  async #receiveDescription(signal: IncomingDescription): Promise<void> {
    const { isPolite, session, peer } = this.#options;
    const verdict = judgeDescription(
      {
        isPolite,
        session,
        hasStarted: this.#hasStarted,
        remoteSession: this.#remoteSession,
        signalingState: peer.signalingState,
        ownOffer: this.#ownOffer,
        appliedOffer: this.#appliedOffer,
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
        this.#isIgnoringOffer = true;
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
    this.#isIgnoringOffer = false;
    this.#remoteSession = session;
    if (type === "offer" && this.start()) this.#options.beforeFirstOffer?.(sdp);
    // The browser rolls our own offer back where it must (RFC 9429, section 4.1.10.2).
    await peer.setRemoteDescription({ type, sdp });
    if (this.#isClosed) return;
    for (const candidate of this.#held.splice(0)) this.#receiveCandidate(candidate);
    this.#options.afterRemoteDescription?.();
    if (type === "answer") return;
    await peer.setLocalDescription();
    this.#appliedOffer = offer;
    this.#sendDescription(peer.localDescription);
  }

  #receiveCandidate(signal: IncomingCandidate): void {
    const verdict = judgeCandidate({ session: this.#options.session, remoteSession: this.#remoteSession }, signal);
    if (verdict === "hold" && !this.#isIgnoringOffer && this.#held.length < MAX_HELD_CANDIDATES)
      this.#held.push(signal);
    if (verdict !== "apply") return;
    const wasIgnoring = this.#isIgnoringOffer;
    this.#options.peer.addIceCandidate(signal.candidate).catch((error) => {
      // Candidates of an offer that we ignored belong nowhere. Any other that is refused is no reason to end a session
      // that has more of them: the connection state shows whether they sufficed.
      if (!wasIgnoring && !this.#isClosed) console.debug("The browser refused a candidate of the other peer.", error);
    });
  }

  #repeat(): void {
    this.#repeatAnswer();
    this.#sendDescription(this.#options.peer.pendingLocalDescription);
  }

  #repeatAnswer(): void {
    const description = this.#options.peer.currentLocalDescription;
    // A peer that does not number its offers would take a repeated answer for a new one.
    if (this.#appliedOffer !== undefined && description?.type === "answer") this.#sendDescription(description);
  }

  #sendDescription(description: RTCSessionDescription | null): void {
    if (!description || this.#isClosed) return;
    const { type, sdp } = description;
    if (type === "offer") this.#send("offer", { type, sdp, offer: this.#ownOffer });
    else
      this.#send("answer", {
        type: "answer",
        sdp,
        ...(this.#appliedOffer !== undefined && { offer: this.#appliedOffer }),
      });
  }

  #send(name: SignalName, payload: object): void {
    const to = this.#remoteSession === undefined ? {} : { to: this.#remoteSession };
    this.#options.send(name, { ...payload, session: this.#options.session, ...to });
  }
}
