/** Recognises where a client of Postgres asks for a COMMIT: as text, or as a statement that it prepared before. */
export class CommitWatch {
  #prepared: string | undefined;

  /** @returns whether these bytes of the protocol (PostgreSQL, 55.7) execute a COMMIT */
  isCommit(data: Buffer): boolean {
    const text = data.toString("latin1");
    this.#prepared = /P[\s\S]{4}(\w+)\0commit\0/.exec(text)?.[1] ?? this.#prepared;
    const isBound = this.#prepared !== undefined && text.includes(`\0${this.#prepared}\0`) && !text.includes("commit");
    return isBound || /Q[\s\S]{4}commit\0/.test(text);
  }
}
