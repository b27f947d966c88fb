import { signal } from "@preact/signals";
import type { PeerMedia } from "@radist-tech/client";

/** absent → present → (socket lost) away → present, or gone; `gone` says how. */
export type PeerStatus =
  | { readonly at: "absent" }
  | { readonly at: "present" }
  | { readonly at: "away" }
  | { readonly at: "gone"; readonly how: "left" | "expired" };

/** What the other page says of itself; what it has not said is assumed to be on. */
export interface PeerPresence {
  readonly name: string;
  readonly muted: boolean;
  readonly camera: boolean;
  readonly screen: boolean;
}

const UNKNOWN: PeerPresence = { name: "", muted: false, camera: true, screen: false };

/** The other person in the call, as far as this page knows. */
export class RemotePeer {
  readonly status = signal<PeerStatus>({ at: "absent" });
  readonly presence = signal<PeerPresence>(UNKNOWN);
  readonly stream = signal<MediaStream | null>(null);

  /** As a subject: "Ada" or "The other person". */
  get name(): string {
    return this.presence.value.name || "The other person";
  }

  /** What the other side's SDK says, also where its page says nothing. */
  mediaChanged({ isMuted, isCameraOff, isSharingScreen }: PeerMedia): void {
    const presence = this.presence.peek();
    this.presence.value = { ...presence, muted: isMuted, camera: !isCameraOff, screen: isSharingScreen };
  }

  joined(isConnected: boolean): void {
    this.presence.value = UNKNOWN;
    this.status.value = { at: isConnected ? "present" : "away" };
  }

  disconnected(): void {
    this.status.value = { at: "away" };
  }

  reconnected(): void {
    this.status.value = { at: "present" };
  }

  gone(how: "left" | "expired"): void {
    this.status.value = { at: "gone", how };
    this.stream.value = null;
  }
}
