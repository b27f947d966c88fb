import { readFileSync } from "node:fs";

/** A database's URL cannot be used; the message says what is wrong with it, and repeats no secret. */
export class InvalidDatabaseUrl extends Error {
  constructor(message: string) {
    super(message);
    this.name = "InvalidDatabaseUrl";
  }
}

type Tls =
  | false
  | "prefer"
  | "require"
  | { ca?: string; cert?: string; key?: string; checkServerIdentity?: () => undefined };
type SessionAttributes = "read-write" | "read-only" | "primary" | "standby" | "prefer-standby";

/** A Postgres server, or several of which one is the primary, as its URL describes it. */
export interface DatabaseAddress {
  /** Names and ports; a name that begins with `/` is the folder of a Unix socket. */
  readonly hosts: readonly { readonly host: string; readonly port: number }[];
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly database: string | undefined;
  readonly tls: Tls;
  /** TLS from the first byte (PostgreSQL 17), without asking first. */
  readonly directTls: boolean;
  readonly sessionAttributes: SessionAttributes | undefined;
  readonly connectTimeoutSeconds: number | undefined;
  /** What the server is told at the start of a session. */
  readonly session: Readonly<Record<string, string>>;
  /** Parameters of the URL that have no meaning here. */
  readonly ignored: readonly string[];
}

const DEFAULT_PORT = 5432;
const SESSION_ATTRIBUTES = ["any", "read-write", "read-only", "primary", "standby", "prefer-standby"];
const SSL_MODES = ["disable", "allow", "prefer", "require", "no-verify", "verify-ca", "verify-full"];

/** Passed on to the server as they are. */
const SESSION = ["application_name", "options", "search_path"];

/** Honoured by name, besides those of SESSION. */
const HONOURED = [
  "connect_timeout",
  "dbname",
  "host",
  "password",
  "port",
  "sslcert",
  "sslkey",
  "sslmode",
  "sslnegotiation",
  "sslrootcert",
  "ssl",
  "target_session_attrs",
  "user",
];

/**
 * Reads a `postgres://` URL as libpq does (PostgreSQL documentation, 34.1.1), with the parameters that providers add to
 * theirs. What has no meaning here is ignored, and named.
 *
 * @throws {InvalidDatabaseUrl}
 */
export function readDatabaseUrl(text: string): DatabaseAddress {
  const parts = /^postgres(?:ql)?:\/\/(?:([^@/?#]*)@)?([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/.exec(text);
  if (!parts) throw new InvalidDatabaseUrl("Must be of the form postgres://user:password@host:5432/database");
  const [, credentials = "", authority = "", path = "", search = ""] = parts;
  const parameters = new URLSearchParams(search);
  const parameter = (name: string): string | undefined => parameters.get(name) || undefined;
  const [user, password] = splitOnce(credentials, ":").map(decoded);
  const hosts = readHosts(parameter("host") ?? decoded(authority) ?? "", parameter("port"));
  return {
    hosts,
    user: parameter("user") ?? user,
    password: parameter("password") ?? password,
    database: parameter("dbname") ?? decoded(path),
    tls: readTls(parameter),
    directTls: parameter("sslnegotiation") === "direct",
    sessionAttributes: readSessionAttributes(parameter("target_session_attrs"), hosts.length > 1),
    connectTimeoutSeconds: readSeconds(parameter("connect_timeout")),
    session: Object.fromEntries(SESSION.flatMap((name) => (parameter(name) ? [[name, parameter(name) ?? ""]] : []))),
    ignored: [...new Set(parameters.keys())].filter((name) => !HONOURED.includes(name) && !SESSION.includes(name)),
  };
}

function readHosts(list: string, ports: string | undefined): DatabaseAddress["hosts"] {
  const portList = ports?.split(",") ?? [];
  return list.split(",").map((each, index) => {
    const [, bracketed, plain, ownPort] = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d*))?$/.exec(each) ?? [];
    const host = bracketed ?? plain;
    if (host === undefined) throw new InvalidDatabaseUrl(`Has a host that cannot be read: ${each}`);
    const text = ownPort || portList[index] || portList[0] || String(DEFAULT_PORT);
    const port = Number(text);
    if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new InvalidDatabaseUrl(`Has no such port: ${text}`);
    return { host: host || "localhost", port };
  });
}

function readTls(parameter: (name: string) => string | undefined): Tls {
  const rootCertificate = parameter("sslrootcert");
  const mode = parameter("sslmode") ?? (parameter("ssl") === "true" ? "require" : undefined);
  if (mode !== undefined && !SSL_MODES.includes(mode)) {
    throw new InvalidDatabaseUrl(`sslmode: must be one of ${SSL_MODES.join(", ")}`);
  }
  const certificates = {
    ...(rootCertificate && rootCertificate !== "system" && { ca: readPem("sslrootcert", rootCertificate) }),
    ...(parameter("sslcert") && { cert: readPem("sslcert", parameter("sslcert") ?? "") }),
    ...(parameter("sslkey") && { key: readPem("sslkey", parameter("sslkey") ?? "") }),
  };
  // As libpq has it: a root certificate is there to be used, and the system's ones say nothing without the name.
  const checks =
    mode === "verify-full" || rootCertificate === "system"
      ? "name"
      : mode === "verify-ca" || (mode === "require" && rootCertificate)
        ? "issuer"
        : undefined;
  if (checks === "name") return certificates;
  if (checks === "issuer") return { ...certificates, checkServerIdentity: () => undefined };
  if (mode === undefined || mode === "disable" || mode === "allow") return false;
  return mode === "prefer" ? "prefer" : "require";
}

function readPem(parameter: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InvalidDatabaseUrl(`${parameter}: ${file} cannot be read (${code})`);
  }
}

function readSessionAttributes(text: string | undefined, areSeveral: boolean): SessionAttributes | undefined {
  if (text === undefined) return areSeveral ? "read-write" : undefined;
  if (!SESSION_ATTRIBUTES.includes(text)) {
    throw new InvalidDatabaseUrl(`target_session_attrs: must be one of ${SESSION_ATTRIBUTES.join(", ")}`);
  }
  return text === "any" ? undefined : (text as SessionAttributes);
}

function readSeconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw new InvalidDatabaseUrl("connect_timeout: must be a number of seconds");
  return Number(text) || undefined;
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function decoded(text: string | undefined): string | undefined {
  if (!text) return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    throw new InvalidDatabaseUrl("Has a percent sign that encodes nothing; write it as %25");
  }
}
