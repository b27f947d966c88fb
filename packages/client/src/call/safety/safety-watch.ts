import { safetyNumber } from "../../core/safety-number.ts";
import { dtlsFingerprint } from "./dtls-fingerprint.ts";

/** The part of an RTCPeerConnection that its safety number depends on. */
export type SafePeer = Pick<
  RTCPeerConnection,
  "connectionState" | "currentLocalDescription" | "currentRemoteDescription"
>;

/**
 * The safety number of a media session. Undefined before DTLS has proved the certificates, and on pages without HTTPS, which
 * could have been changed on their way as well.
 */
export async function safetyNumberOf(peer: SafePeer | undefined): Promise<string | undefined> {
  if (peer?.connectionState !== "connected" || !globalThis.crypto?.subtle) return undefined;
  const own = dtlsFingerprint(peer.currentLocalDescription?.sdp ?? "");
  const remote = dtlsFingerprint(peer.currentRemoteDescription?.sdp ?? "");
  return own && remote && safetyNumber(own, remote);
}

/** What the page is told of a safety number. */
export interface SafetyNumberChange {
  /** Twelve groups of five digits. Undefined when it is no longer certain whose certificate is accepted: then trust nobody. */
  readonly safetyNumber: string | undefined;
  /** There was another one before in this connection. */
  readonly isChanged: boolean;
}

/** Notices the first safety number of a connection, and every other one. */
export class SafetyWatch {
  readonly #peer: () => SafePeer | undefined;
  readonly #onChange: (change: SafetyNumberChange) => void;
  #last: string | undefined;
  #hasTold = false;

  /** @param peer of the present media session */
  constructor(peer: () => SafePeer | undefined, onChange: (change: SafetyNumberChange) => void) {
    this.#peer = peer;
    this.#onChange = onChange;
  }

  /** The state of the session changed, or there is another one. */
  async update(): Promise<void> {
    const peer = this.#peer();
    const found = await safetyNumberOf(peer);
    const isPresent = peer === this.#peer() && peer?.connectionState === "connected";
    // By whatever name the other peer goes: names are the platform's, which is not trusted here.
    if (!isPresent || found === this.#last) return;
    const isChanged = this.#hasTold;
    this.#last = found;
    this.#hasTold = true;
    this.#onChange({ safetyNumber: found, isChanged });
  }
}
