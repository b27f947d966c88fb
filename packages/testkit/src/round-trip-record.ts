interface Turn {
  /** Everything that it sent has not been answered yet. */
  isOpen: boolean;
  /** Its transaction is recorded. */
  isAbout: boolean;
}

/** What is sent to a Postgres without waiting for an answer in between is one round trip. */
export class RoundTripRecord {
  readonly #isAbout: (statement: string) => boolean;
  readonly #turns = new Map<object, Turn>();
  readonly #trips: string[][] = [];

  constructor(isAbout: (statement: string) => boolean) {
    this.#isAbout = isAbout;
  }

  /** The statements of each. */
  get trips(): readonly (readonly string[])[] {
    return this.#trips;
  }

  asked(connection: object, statements: readonly string[]): void {
    const last = this.#turns.get(connection);
    const begins = statements.some((statement) => /^begin/i.test(statement));
    const ends = statements.some((statement) => /^(commit|rollback)/i.test(statement));
    const isAbout = statements.some(this.#isAbout) || (last?.isAbout === true && !begins);
    if (isAbout) {
      if (last?.isOpen && last.isAbout) this.#trips.at(-1)?.push(...statements);
      else this.#trips.push([...statements]);
    }
    this.#turns.set(connection, { isOpen: true, isAbout: isAbout && !ends && (begins || last?.isAbout === true) });
  }

  answered(connection: object): void {
    const last = this.#turns.get(connection);
    if (last) last.isOpen = false;
  }
}
