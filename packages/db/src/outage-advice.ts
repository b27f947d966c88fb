import { sqlState } from "./unavailable.ts";

const SCHEMA = "The schema is missing. Start the api, which creates it.";
const REFUSED = "Nothing accepts connections there. Start the database, or correct DATABASE_URL.";
const UNRESOLVED = "The host's name cannot be resolved. Correct DATABASE_URL, or repair the name service.";
const UNREACHABLE = "The host does not answer. Look at the network and at firewalls on the way to it.";
const CREDENTIALS = "The database refuses the user or the password. Correct DATABASE_URL.";
const READ_ONLY =
  "The server takes no writes. Let DATABASE_URL name the primary, or all hosts of which one is the primary.";
const FULL = "The server takes no more connections. Lower DATABASE_POOL, raise its max_connections, or use a pooler.";
const RESTARTING = "The server is starting or stopping.";
const SLOW = "A statement was stopped because it took too long. The database is overloaded, or rows are locked.";
const SILENT = "The database did not answer in time. It is overloaded, or the path to it swallows packets.";
const BROKEN = "The connection broke. It is opened again.";

const ADVICE: Readonly<Record<string, string>> = {
  ECONNREFUSED: REFUSED,
  ENOENT: REFUSED,
  ENOTFOUND: UNRESOLVED,
  EAI_AGAIN: UNRESOLVED,
  CONNECT_TIMEOUT: UNREACHABLE,
  ETIMEDOUT: UNREACHABLE,
  EHOSTUNREACH: UNREACHABLE,
  ENETUNREACH: UNREACHABLE,
  NOT_COMMITTED: "The server rolled a transaction back that was to be committed. Look at the pooler's pool mode.",
  "28000": CREDENTIALS,
  "28P01": CREDENTIALS,
  "3D000": "There is no such database. Create it, or correct DATABASE_URL.",
  "25006": READ_ONLY,
  "42P01": SCHEMA,
  "53300": FULL,
  "57014": SLOW,
  "57P01": RESTARTING,
  "57P02": RESTARTING,
  "57P03": RESTARTING,
};

/** What an error of an unavailable database means, and what the person who runs it can do. */
export function outageAdvice(error: unknown): string {
  const code = sqlState(error);
  return code === undefined ? SILENT : (ADVICE[code] ?? BROKEN);
}
