import { type Connection, connect, InvalidDatabaseUrl, readDatabaseUrl } from "@radist-tech/db";
import { z } from "zod";
import { integer } from "./config.ts";
import type { Logger } from "./logger.ts";

const DatabaseUrl = z.string().check((context) => {
  if (context.value.startsWith("pglite:")) return;
  try {
    readDatabaseUrl(context.value);
  } catch (error) {
    if (!(error instanceof InvalidDatabaseUrl)) throw error;
    // The value is not repeated: it may hold a password.
    context.issues.push({ code: "custom", message: error.message, input: undefined });
  }
});

/** What a process with a database reads. */
export const databaseConfig = {
  /** Postgres, several hosts of it, or a pooler in front of it; or `pglite:<directory>`. */
  DATABASE_URL: DatabaseUrl,
  /** Past the pooler, for migrations. Default: DATABASE_URL. */
  DATABASE_DIRECT_URL: DatabaseUrl.optional(),
  /** Connections that this process opens at most; the lease has one more. */
  DATABASE_POOL: integer(1, 1_000).default(10),
};

type DatabaseConfig = z.infer<z.ZodObject<typeof databaseConfig>>;

/** Opens the database that the environment names. */
export function openDatabase(
  { DATABASE_URL, DATABASE_DIRECT_URL, DATABASE_POOL }: DatabaseConfig,
  { applicationName, logger }: { readonly applicationName: string; readonly logger: Logger },
): Promise<Connection> {
  return connect(DATABASE_URL, {
    applicationName,
    directUrl: DATABASE_DIRECT_URL,
    maxConnections: DATABASE_POOL,
    onNotice: (notice) => logger.info(notice),
  });
}
