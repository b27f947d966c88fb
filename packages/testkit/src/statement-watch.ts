/** Recognises which statements a client of Postgres executes: as text, or as statements that it prepared before. */
export class StatementWatch {
  /** By their names. */
  readonly #prepared = new Map<string, string>();

  /** @returns the texts of the statements that these bytes of the protocol (PostgreSQL, 55.7) parse or execute */
  statementsIn(data: Buffer): string[] {
    const bytes = data.toString("latin1");
    const statements: string[] = [];
    for (const [, name = "", text = ""] of bytes.matchAll(/P[\s\S]{4}(\w*)\0([^\0]*)\0/g)) {
      if (name) this.#prepared.set(name, text);
      statements.push(text);
    }
    for (const [, text = ""] of bytes.matchAll(/Q[\s\S]{4}([^\0]*)\0/g)) statements.push(text);
    for (const [, name = ""] of bytes.matchAll(/B[\s\S]{4}\0(\w+)\0/g)) statements.push(this.#prepared.get(name) ?? "");
    return statements;
  }
}
