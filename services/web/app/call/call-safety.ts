import { signal } from "@preact/signals";
import type { RadistConnection } from "@radist-tech/client";
import { announce } from "../ui/announcer.tsx";

/** The safety number of a call: what the user can compare with the other person, and whether they have to do so again. */
export class CallSafety {
  /** Twelve groups of five digits; undefined while nobody is connected. */
  readonly number = signal<string | undefined>(undefined);
  /** It is another one than the user has seen. */
  readonly isChanged = signal(false);
  readonly #stop: (() => void)[];
  #seen: string | undefined;

  constructor(connection: Pick<RadistConnection, "on">) {
    this.#stop = [
      connection.on("safetynumber", ({ safetyNumber }) => this.#changed(safetyNumber)),
      connection.on("peerleft", ({ reason }) => {
        if (reason !== "disconnected") this.number.value = undefined;
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

  #changed(number: string | undefined): void {
    this.number.value = number;
    // Who has compared none has nothing to compare again.
    const isChanged = this.#seen !== undefined && this.#seen !== number;
    if (isChanged) announce("The safety number of this call has changed. Compare it again.");
    this.isChanged.value = isChanged;
  }
}
