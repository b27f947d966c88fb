import { getTableColumns, type SQL, type SQLWrapper, sql, type Table } from "drizzle-orm";
import { PgDialect } from "drizzle-orm/pg-core";
import type { Database } from "./database.ts";
import type { Transaction } from "./transact.ts";

/**
 * A statement whose text is built once. It has one parameter, a JSON text, so that it is the same for any number of rows
 * and is executed in one round trip from the first time on; its answer, if it has one, is one JSON value.
 */
export interface Statement<Input, Output = never> {
  readonly text: string;
  /** Only for the compiler. */
  readonly types?: (input: Input) => Output;
}

/** A statement with its input, to be executed. */
export interface BoundStatement {
  readonly text: string;
  readonly values: readonly [string];
}

/** The parameter, in the text of a statement. */
const INPUT = sql.raw("$1::text::json");

/**
 * @param build makes the text, without any value but the input, and of what is selected one column, `output`
 */
export function statement<Input, Output = never>(build: (input: SQL) => SQL): Statement<Input, Output> {
  const { sql: text, params } = new PgDialect().sqlToQuery(build(INPUT));
  if (params.length > 0) throw new Error(`The text of a statement has values of its own: ${text}`);
  return { text };
}

export const bind = <Input>({ text }: Statement<Input, unknown>, input: Input): BoundStatement => ({
  text,
  values: [JSON.stringify(input)],
});

/** Executes a statement. @returns its output */
export async function execute<Input, Output>(
  on: Pick<Database | Transaction, "execute">,
  { text }: Statement<Input, Output>,
  input: Input,
): Promise<Output> {
  const [row] = await send(on, { text, values: [JSON.stringify(input)] });
  return row?.output as Output;
}

/**
 * Ends a transaction with statements that are sent together with its commit, in their order: the caller executes nothing
 * after that.
 */
export async function endWith(tx: Transaction, statements: readonly BoundStatement[]): Promise<void> {
  const client = clientOf(tx);
  if ("last" in client) client.last(statements);
  else for (const each of statements) await send(tx, each);
}

/** Executes statements that answer nothing, sent at once, in their order. */
export async function sendAll(on: Pick<Database | Transaction, "execute">, statements: readonly BoundStatement[]) {
  await Promise.all(statements.map((each) => send(on, each)));
}

async function send(
  on: Pick<Database | Transaction, "execute">,
  { text, values }: BoundStatement,
): Promise<readonly { output?: unknown }[]> {
  const client = clientOf(on);
  return "unsafe" in client
    ? await client.unsafe(text, values, { prepare: true, typed: true })
    : (await client.query(text, values)).rows;
}

type Rows = readonly { output?: unknown }[];

/** What drizzle's sessions execute by. Building the same text for each execution would cost more than executing it. */
type Client =
  | {
      unsafe(text: string, values: readonly string[], options: { prepare: true; typed: true }): Promise<Rows>;
      /** Within a transaction, by our patch (packages/db/patches). */
      last(statements: readonly BoundStatement[]): void;
    }
  | { query(text: string, values: readonly string[]): Promise<{ rows: Rows }> };

const clientOf = (on: unknown): Client => (on as { session: { client: Client } }).session.client;

/** A table's rows in statements: as what they take and as what they answer. */
export interface TableRows<T extends Table> {
  /** A row as a JSON object, in a query from the table. */
  readonly json: SQL;
  readonly encode: (row: T["$inferInsert"]) => unknown;
  readonly decode: (json: unknown) => T["$inferSelect"];
}

export function rowsOf<T extends Table>(table: T): TableRows<T> {
  const columns = Object.entries(getTableColumns(table));
  const ofType = (isType: (type: string) => boolean) =>
    columns.filter(([, column]) => isType(column.getSQLType())).map(([name]) => name);
  const digests = ofType((type) => type === "bytea");
  const instants = ofType((type) => type.startsWith("timestamp"));
  const fields = columns.map(([name, column]) => sql`${sql.raw(`'${name}'`)}, ${column}`);
  return {
    json: sql`json_build_object(${sql.join(fields, sql`, `)})`,
    encode(row) {
      const encoded: Record<string, unknown> = { ...row };
      for (const name of digests) encoded[name] = hexOf(encoded[name] as Uint8Array | null | undefined);
      return encoded;
    },
    decode(json) {
      const row = json as Record<string, unknown>;
      for (const name of digests) if (row[name] !== null) row[name] = bytesOf(row[name] as string);
      for (const name of instants) if (row[name] !== null) row[name] = new Date(row[name] as string);
      return row as T["$inferSelect"];
    },
  };
}

/** As Postgres reads and writes `bytea` as text. */
export const hexOf = (bytes: Uint8Array | null | undefined): string | null =>
  bytes ? `\\x${Buffer.from(bytes).toString("hex")}` : null;

const bytesOf = (text: string): Uint8Array => Buffer.from(text.slice(2), "hex");

/**
 * Rows of the input, as something to select from.
 *
 * @param name in the statement
 * @param columns of a table, by the names of properties of each row of the input
 */
export function recordset(input: SQL, name: string, columns: Readonly<Record<string, SQLWrapper | string>>): SQL {
  const types = Object.entries(columns).map(([key, column]) => {
    const type = typeof column === "string" ? column : (column as unknown as { getSQLType(): string }).getSQLType();
    return sql.raw(`"${key}" ${type}`);
  });
  return sql`json_to_recordset(${input}) as ${sql.raw(name)}(${sql.join(types, sql`, `)})`;
}

interface InsertionOptions<Key extends string> {
  /** What a column gets in place of its key of the row, which is `r`. */
  readonly values?: Partial<Record<Key, SQL>>;
  /** In which rows that are there already are locked. */
  readonly order?: SQL;
  readonly conflict?: SQL;
}

/** Inserts rows that have these columns, in their order. */
export function insertion<T extends Table, Key extends keyof T["$inferInsert"] & string>(
  table: T,
  keys: readonly Key[],
  { values = {}, order, conflict = sql`` }: InsertionOptions<Key> = {},
): Statement<readonly unknown[]> {
  const all = getTableColumns(table) as Readonly<Record<string, { name: string; getSQLType(): string }>>;
  const chosen = keys.map((key) => [key, all[key] as { name: string; getSQLType(): string }] as const);
  const names = chosen.map(([, { name }]) => sql.identifier(name));
  const selected = keys.map((key) => values[key] ?? sql.raw(`r."${key}"`));
  const types = Object.fromEntries(chosen.map(([key, column]) => [key, column.getSQLType()]));
  return statement(
    (input) => sql`insert into ${table} (${sql.join(names, sql`, `)})
      select ${sql.join(selected, sql`, `)} from ${recordset(input, "r", types)} ${order ? sql`order by ${order}` : sql``} ${conflict}`,
  );
}
