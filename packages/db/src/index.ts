export { type DatabaseAnswer, onDatabaseAnswer } from "./answers.ts";
export { Batching, type BatchingOptions } from "./batching.ts";
export { type Connection, type ConnectOptions, connect } from "./connect.ts";
export type { Database } from "./database.ts";
export { type DatabaseAddress, InvalidDatabaseUrl, readDatabaseUrl } from "./database-url.ts";
export { deleteEnded } from "./delete-ended.ts";
export { deleteInBatches } from "./delete-in-batches.ts";
export { DirectoryInUse } from "./directory-lock.ts";
export { isFewerThan, MARGIN } from "./fewer-than.ts";
export { type ListPage, type ListPosition, type ListQuery, newestFirst } from "./newest-first.ts";
export { onPrimary } from "./on-primary.ts";
export { outageAdvice } from "./outage-advice.ts";
export { report } from "./report.ts";
export * from "./schema.ts";
export {
  type BoundStatement,
  bind,
  endWith,
  execute,
  hexOf,
  insertion,
  recordset,
  rowsOf,
  type Statement,
  sendAll,
  statement,
} from "./statement.ts";
export { countCreated } from "./totals.ts";
export { query, type Transaction, type TransactOptions, transact } from "./transact.ts";
export { DatabaseUnavailable, isDuplicate, isUnavailable, sqlState } from "./unavailable.ts";
