const READY_FOR_QUERY = 0x5a;
const IDLE = 0x49;
/** With this every session begins (AuthenticationOk or a request for a password). */
const AUTHENTICATION = 0x52;
const HEAD_BYTES = 5;

/**
 * Counts the transactions that a Postgres has ended on one connection, from what it sends: after each it says that it is
 * ready for the next one (PostgreSQL, 55.7, ReadyForQuery). `pg_stat_database` counts the same up to ten seconds later.
 */
export class TransactionCount {
  #count = -1;
  #rest: Buffer = Buffer.alloc(0);
  #isPostgres: boolean | undefined;

  /** Statements of their own included; what the session began with is not. */
  get count(): number {
    return Math.max(0, this.#count);
  }

  take(data: Buffer): void {
    this.#isPostgres ??= data[0] === AUTHENTICATION;
    if (!this.#isPostgres) return;
    let bytes = Buffer.concat([this.#rest, data]);
    while (bytes.length >= HEAD_BYTES) {
      const end = 1 + bytes.readUInt32BE(1);
      if (bytes.length < end) break;
      if (bytes[0] === READY_FOR_QUERY && bytes[HEAD_BYTES] === IDLE) this.#count++;
      bytes = bytes.subarray(end);
    }
    this.#rest = bytes;
  }
}
