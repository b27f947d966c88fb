export { type Connection, type ConnectOptions, connect } from "./connect.ts";
export type { Database } from "./database.ts";
export { type DatabaseAddress, InvalidDatabaseUrl, readDatabaseUrl } from "./database-url.ts";
export { deleteInBatches } from "./delete-in-batches.ts";
export { DirectoryInUse } from "./directory-lock.ts";
export * from "./schema.ts";
export { query, type Transaction, type TransactOptions, transact } from "./transact.ts";
export { DatabaseUnavailable, isDuplicate, isUnavailable } from "./unavailable.ts";
