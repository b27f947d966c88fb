import { DrizzleQueryError } from "drizzle-orm";
import { type DatabaseAnswer, observed } from "./answers.ts";
import type { Connection } from "./connect.ts";
import type { Database } from "./database.ts";
import { DEADLINE_MS } from "./deadline.ts";
import { DatabaseUnavailable, isConflict, isUnavailable } from "./unavailable.ts";

/** The database within a transaction. */
export type Transaction = Parameters<Parameters<Database["transaction"]>[0]>[0];

export interface TransactOptions<T> {
  /** How long the caller waits, milliseconds. A frozen server gives no error, so only the caller can give up. */
  readonly deadlineMs?: number;
  /** Called when the transaction was committed after the caller had given up: undo its effects. */
  readonly onLate?: (result: T) => void;
  /**
   * Asked before the COMMIT: whether anybody still waits for the result. If not, or if the caller has given up, the
   * transaction is rolled back. Without this it is committed all the same.
   */
  readonly isWanted?: () => boolean;
}

const ATTEMPTS = 5;

/**
 * Runs `work` in a transaction, and retries it after a conflict with a concurrent one.
 *
 * @throws {DatabaseUnavailable} when the database is unreachable or does not answer before the deadline
 */
export function transact<T>(
  connection: Connection,
  work: (tx: Transaction) => Promise<T>,
  options: TransactOptions<T> = {},
): Promise<T> {
  return withDeadline(
    "transaction",
    (hasGivenUp) => {
      const unlessGivenUp = async (tx: Transaction): Promise<T> => {
        // It queued for a connection for longer than its caller waited. Under load, running it anyway would make the next
        // ones in the queue late as well.
        if (hasGivenUp()) throw new DatabaseUnavailable("The caller has given up.");
        const result = await work(tx);
        const { isWanted } = options;
        if (isWanted && (hasGivenUp() || !isWanted())) throw new DatabaseUnavailable("Nobody waits for it any more.");
        return result;
      };
      return attempt(connection, unlessGivenUp);
    },
    options,
  );
}

/** Runs a single query with the same deadline. */
export function query<T>(work: PromiseLike<T>, options: TransactOptions<T> = {}): Promise<T> {
  return withDeadline("query", () => Promise.resolve(work), options);
}

async function attempt<T>(connection: Connection, work: (tx: Transaction) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await connection.db.transaction(work);
    } catch (error) {
      if (!isConflict(error) || tries === ATTEMPTS) throw error;
    }
  }
}

function withDeadline<T>(
  kind: DatabaseAnswer["kind"],
  start: (hasGivenUp: () => boolean) => Promise<T>,
  options: TransactOptions<T>,
): Promise<T> {
  return observed(
    kind,
    () => inTime(start, options),
    (error) => error instanceof DatabaseUnavailable,
  );
}

async function inTime<T>(
  start: (hasGivenUp: () => boolean) => Promise<T>,
  { deadlineMs = DEADLINE_MS, onLate }: TransactOptions<T>,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let late = false;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      late = true;
      reject(new DatabaseUnavailable(`The database did not answer within ${deadlineMs} ms.`));
    }, deadlineMs);
  });
  const running = start(() => late);
  running.then(
    (result) => late && onLate?.(result),
    () => {}, // The race below reports a failure to the caller; a late one changed nothing.
  );
  try {
    return await Promise.race([running, deadline]);
  } catch (error) {
    if (error instanceof DatabaseUnavailable) throw error;
    if (!isUnavailable(error)) throw withoutParameters(error);
    throw new DatabaseUnavailable("The database cannot be reached.", { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** drizzle includes a query's parameters in its error; what users send to each other must not be logged. */
function withoutParameters(error: unknown): unknown {
  if (!(error instanceof DrizzleQueryError)) return error;
  return new Error(`Failed query: ${error.query}`, { cause: error.cause });
}
