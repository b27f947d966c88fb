import type { IceFailureReason } from "@radist-tech/protocol";
import { loadPart } from "../load-part.ts";
import type { ConnectionDiagnosis } from "./types.ts";

/** Diagnoses a connection. What does so is loaded when it is needed. */
export class Diagnosis<Part> {
  readonly #load: () => Promise<Part>;
  readonly #diagnose: (part: Part) => Promise<ConnectionDiagnosis>;

  constructor(load: () => Promise<Part>, diagnose: (part: Part) => Promise<ConnectionDiagnosis>) {
    this.#load = load;
    this.#diagnose = diagnose;
  }

  /** @throws RadistError `network_error` when the part of the SDK for it could not be loaded */
  async run(): Promise<ConnectionDiagnosis> {
    return this.#diagnose(await loadPart("diagnosis", this.#load));
  }

  /** Passes on why there is no path, for the platform's metrics. */
  report(send: (reason: IceFailureReason) => void): void {
    this.run()
      .then(({ reason }) => {
        if (reason && reason !== "offline") send(reason);
      })
      // The page is told that there is no path all the same.
      .catch((error: unknown) => console.debug("Why there is no media path could not be reported.", error));
  }
}
