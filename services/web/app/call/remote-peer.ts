import { signal } from "@preact/signals";

/**
 * Where the other person is. absent → present → (socket lost) away → present, or gone; `gone` says how.
 */
export type Whereabouts =
  | { readonly at: "absent" }
  | { readonly at: "present" }
  | { readonly at: "away" }
  | { readonly at: "gone"; readonly how: "left" | "expired" };

/** What the other page says of itself; what it has not said is assumed to be on. */
export interface OtherPresence {
  readonly name: string;
  readonly muted: boolean;
  readonly camera: boolean;
  readonly screen: boolean;
}

const SILENT: OtherPresence = { name: "", muted: false, camera: true, screen: false };

/** The person on the other side, as far as this page knows. */
export class Other {
  readonly whereabouts = signal<Whereabouts>({ at: "absent" });
  readonly presence = signal<OtherPresence>(SILENT);
  readonly stream = signal<MediaStream | null>(null);

  /** As a subject: "Ada" or "The other person". */
  get name(): string {
    return this.presence.value.name || "The other person";
  }

  isNew(): void {
    this.presence.value = SILENT;
    this.whereabouts.value = { at: "present" };
  }

  isGone(how: "left" | "expired"): void {
    this.whereabouts.value = { at: "gone", how };
    this.stream.value = null;
  }
}
