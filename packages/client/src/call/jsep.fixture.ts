import type { NegotiablePeer } from "./negotiator.ts";

let made = 0;

/**
 * The signaling states of an RTCPeerConnection (RFC 9429, section 3.2) without media: all that a negotiation depends on.
 * Operations are chained and settle later, as in a browser.
 */
export class JsepPeer implements NegotiablePeer {
  readonly name = `pc${++made}`;
  signalingState: RTCSignalingState = "stable";
  currentLocalDescription: RTCSessionDescription | null = null;
  pendingLocalDescription: RTCSessionDescription | null = null;
  currentRemoteDescription: RTCSessionDescription | null = null;
  /** Called when a change requires an offer. */
  negotiationNeeded: () => void = () => {};
  #remoteOffer: RTCSessionDescription | null = null;
  #wanted = false;
  #offers = 0;
  #chain: Promise<unknown> = Promise.resolve();
  #closed = false;

  get localDescription(): RTCSessionDescription | null {
    return this.pendingLocalDescription ?? this.currentLocalDescription;
  }

  /** Such as a new track. */
  change(): void {
    this.#wanted = true;
    void this.#enqueue(() => {});
  }

  setLocalDescription(): Promise<void> {
    return this.#enqueue(() => {
      if (this.signalingState === "have-remote-offer") {
        this.currentRemoteDescription = this.#remoteOffer;
        this.currentLocalDescription = describe("answer", `${this.name} answers ${this.#remoteOffer?.sdp}`);
        this.signalingState = "stable";
      } else {
        this.#wanted = false;
        this.pendingLocalDescription = describe("offer", `${this.name} offer ${++this.#offers}`);
        this.signalingState = "have-local-offer";
      }
    });
  }

  setRemoteDescription({ type, sdp = "" }: RTCSessionDescriptionInit): Promise<void> {
    return this.#enqueue(() => {
      if (type === "offer") {
        if (this.signalingState === "have-local-offer") this.#wanted = true;
        this.pendingLocalDescription = null;
        this.#remoteOffer = describe("offer", sdp);
        this.signalingState = "have-remote-offer";
        return;
      }
      if (this.signalingState !== "have-local-offer") throw new Error(`An answer in ${this.signalingState}`);
      if (!sdp.endsWith(` answers ${this.pendingLocalDescription?.sdp}`)) throw new Error(`${sdp} is to another offer`);
      this.currentLocalDescription = this.pendingLocalDescription;
      this.pendingLocalDescription = null;
      this.currentRemoteDescription = describe("answer", sdp);
      this.signalingState = "stable";
    });
  }

  addIceCandidate(): Promise<void> {
    return this.#enqueue(() => {
      if (!this.currentRemoteDescription && !this.#remoteOffer) throw new Error("A candidate before any description");
    });
  }

  close(): void {
    this.#closed = true;
  }

  #enqueue(operation: () => void): Promise<void> {
    const done = this.#chain.then(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      if (!this.#closed) operation();
    });
    this.#chain = done
      .catch(() => {})
      .then(() => {
        if (this.#wanted && this.signalingState === "stable" && !this.#closed) {
          this.#wanted = false;
          setImmediate(() => this.negotiationNeeded());
        }
      });
    return done;
  }
}

function describe(type: RTCSdpType, sdp: string): RTCSessionDescription {
  return { type, sdp, toJSON: () => ({ type, sdp }) };
}
