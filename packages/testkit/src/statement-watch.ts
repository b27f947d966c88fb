const HEAD_BYTES = 5;

/**
 * Recognises which statements a client of Postgres executes: as text, or as statements that it prepared before. What does
 * not look like the protocol is passed over.
 */
export class StatementWatch {
  /** By their names. */
  readonly #prepared = new Map<string, string>();
  #rest: Buffer = Buffer.alloc(0);
  /** The first message has no type (PostgreSQL, 55.2.1). */
  #hasStarted = false;

  /** @returns the texts of the statements that these bytes of the protocol (PostgreSQL, 55.7) parse or execute */
  statementsIn(data: Buffer): string[] {
    this.#rest = Buffer.concat([this.#rest, data]);
    const statements: string[] = [];
    for (let message = this.#next(); message; message = this.#next()) {
      const statement = this.#statementOf(message);
      if (statement !== undefined) statements.push(statement);
    }
    return statements;
  }

  #next(): Buffer | undefined {
    const head = this.#hasStarted ? 1 : 0;
    if (this.#rest.length < HEAD_BYTES) return undefined;
    const end = head + this.#rest.readUInt32BE(head);
    if (this.#rest.length < end) return undefined;
    const message = this.#rest.subarray(0, end);
    this.#rest = this.#rest.subarray(end);
    if (this.#hasStarted) return message;
    this.#hasStarted = true;
    return this.#next();
  }

  #statementOf(message: Buffer): string | undefined {
    const [first = "", second = ""] = message.toString("utf8", HEAD_BYTES).split("\0");
    switch (String.fromCharCode(message[0] ?? 0)) {
      case "Q":
        return first;
      case "P":
        this.#prepared.set(first, second);
        return undefined;
      case "B":
        // A portal's name, then the statement's.
        return this.#prepared.get(second) ?? "";
      default:
        return undefined;
    }
  }
}
