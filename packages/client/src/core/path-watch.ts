/** A path that is not found by then is unlikely to be found without help. */
export const NO_PATH_MS = 15_000;

/** Notices that media which should flow has had no path for too long. */
export class PathWatch {
  readonly #missing: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isMissing = false;

  /** @param missing called once for each time without a path */
  constructor(missing: () => void) {
    this.#missing = missing;
  }

  get isMissing(): boolean {
    return this.#isMissing;
  }

  /** @param hasPath undefined: none is needed */
  update(hasPath: boolean | undefined): void {
    if (hasPath !== false) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#isMissing = false;
      return;
    }
    this.#timer ??= setTimeout(() => {
      this.#isMissing = true;
      this.#missing();
    }, NO_PATH_MS);
  }
}
