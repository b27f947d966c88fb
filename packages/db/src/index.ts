export { type Connection, type ConnectOptions, connect, type Database } from "./connect.ts";
export { deleteInBatches } from "./delete-in-batches.ts";
export { DirectoryInUse } from "./directory-lock.ts";
export * from "./schema.ts";
export { query, type Transaction, type TransactOptions, transact } from "./transact.ts";
export { DatabaseUnavailable, isDuplicate, isUnavailable } from "./unavailable.ts";
