import { signal } from "@preact/signals";
import type { RadistConnection } from "@radist-tech/client";
import { announce } from "../ui/announcer.tsx";

export const LOST = "This call can no longer be verified. Somebody may be listening: hang up.";

/** The safety number of a call: what the user can compare with the other person, and whether they have to do so again. */
export class CallSafety {
  /** Twelve groups of five digits; undefined while nobody is connected. */
  readonly number = signal<string | undefined>(undefined);
  /** It is another one than the user has seen. */
  readonly isChanged = signal(false);
  /** There was one, and it is no longer certain whose certificate is accepted. */
  readonly isLost = signal(false);
  readonly #stop: (() => void)[];
  #seen: string | undefined;

  constructor(connection: Pick<RadistConnection, "on">) {
    this.#stop = [
      connection.on("safetynumber", ({ safetyNumber }) => this.#changed(safetyNumber)),
      connection.on("peerleft", ({ reason }) => {
        if (reason !== "disconnected") this.#nobodyIsThere();
      }),
    ];
  }

  /** The user looks at the present number. */
  seen(): void {
    this.#seen = this.number.peek() ?? this.#seen;
    this.isChanged.value = false;
  }

  dispose(): void {
    for (const stop of this.#stop) stop();
  }

  #nobodyIsThere(): void {
    this.number.value = undefined;
    this.isChanged.value = false;
    this.isLost.value = false;
  }

  #changed(number: string | undefined): void {
    this.number.value = number;
    this.isLost.value = number === undefined;
    if (number === undefined) announce(LOST);
    // Who has compared none has nothing to compare again.
    const isChanged = this.#seen !== undefined && this.#seen !== number;
    if (isChanged && number) announce("The safety number of this call has changed. Compare it again.");
    this.isChanged.value = isChanged;
  }
}
