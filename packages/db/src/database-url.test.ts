import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type DatabaseAddress, InvalidDatabaseUrl, readDatabaseUrl } from "./database-url.ts";

const folder = mkdtempSync(join(tmpdir(), "radist-url-"));
const pem = join(folder, "root.pem");
writeFileSync(pem, "-----BEGIN CERTIFICATE-----");
afterAll(() => rmSync(folder, { recursive: true }));

const PLAIN: DatabaseAddress = {
  hosts: [{ host: "db", port: 5432 }],
  user: "ada",
  password: "secret",
  database: "radist",
  tls: false,
  directTls: false,
  sessionAttributes: undefined,
  connectTimeoutSeconds: undefined,
  session: {},
  ignored: [],
};
const BASE = "postgres://ada:secret@db/radist";

describe("A database's URL", () => {
  test.each<[string, string, Partial<DatabaseAddress>]>([
    ["with everything in its place", "postgres://ada:secret@db:6543/radist", { hosts: [{ host: "db", port: 6543 }] }],
    ["in the other spelling", "postgresql://ada:secret@db/radist", {}],
    ["without a password", "postgres://ada@db/radist", { password: undefined }],
    ["with nothing but a host", "postgres://db", { user: undefined, password: undefined, database: undefined }],
    ["with nothing at all", "postgres://", { ...nobody(), hosts: [{ host: "localhost", port: 5432 }] }],
    [
      "with signs that must be encoded",
      "postgres://a%40b:p%3A%2F%3F%23%25@db/ra%20dist",
      {
        user: "a@b",
        password: "p:/?#%",
        database: "ra dist",
      },
    ],
    ["with a colon in the password", "postgres://ada:se:cret@db/radist", { password: "se:cret" }],
    [
      "at an IPv6 address",
      "postgres://ada:secret@[2001:db8::1]:5433/radist",
      {
        hosts: [{ host: "2001:db8::1", port: 5433 }],
      },
    ],
    [
      "with several hosts",
      "postgres://ada:secret@a:1,b,c:3/radist",
      {
        hosts: [
          { host: "a", port: 1 },
          { host: "b", port: 5432 },
          { host: "c", port: 3 },
        ],
        sessionAttributes: "read-write",
      },
    ],
    [
      "with several hosts, any of which will do",
      "postgres://ada:secret@a,b/radist?target_session_attrs=any",
      {
        hosts: [
          { host: "a", port: 5432 },
          { host: "b", port: 5432 },
        ],
      },
    ],
    [
      "with a Unix socket",
      "postgres://ada:secret@/radist?host=/var/run/postgresql",
      {
        hosts: [{ host: "/var/run/postgresql", port: 5432 }],
      },
    ],
    [
      "with its parts as parameters",
      "postgres:///?host=db&port=1&user=ada&password=secret&dbname=radist",
      {
        hosts: [{ host: "db", port: 1 }],
      },
    ],
    ["of Neon", `${BASE}?sslmode=require&channel_binding=require`, { tls: "require", ignored: ["channel_binding"] }],
    ["of Supabase", `${BASE}?pgbouncer=true&connection_limit=1`, { ignored: ["pgbouncer", "connection_limit"] }],
    ["with two of a kind that are ignored", `${BASE}?schema=a&schema=b`, { ignored: ["schema"] }],
    ["with a time limit", `${BASE}?connect_timeout=7`, { connectTimeoutSeconds: 7 }],
    ["without a time limit, as libpq says it", `${BASE}?connect_timeout=0`, {}],
    ["with a name for its sessions", `${BASE}?application_name=calls`, { session: { application_name: "calls" } }],
    [
      "with options of the server",
      `${BASE}?options=-c%20search_path%3Dradist`,
      {
        session: { options: "-c search_path=radist" },
      },
    ],
    [
      "with TLS from the first byte",
      `${BASE}?sslmode=require&sslnegotiation=direct`,
      {
        tls: "require",
        directTls: true,
      },
    ],
    ["with an empty parameter", `${BASE}?sslmode=&application_name=`, {}],
  ])("%s", (_what, url, expected) => {
    expect(readDatabaseUrl(url)).toEqual({ ...PLAIN, ...expected });
  });

  test.each<[string, DatabaseAddress["tls"] | "name" | "issuer"]>([
    ["", false],
    ["sslmode=disable", false],
    ["sslmode=allow", false],
    ["sslmode=prefer", "prefer"],
    ["sslmode=require", "require"],
    ["sslmode=no-verify", "require"],
    ["ssl=true", "require"],
    ["sslmode=verify-ca", "issuer"],
    ["sslmode=verify-full", "name"],
    ["sslrootcert=system", "name"],
    [`sslmode=require&sslrootcert=${pem}`, "issuer"],
    [`sslmode=verify-full&sslrootcert=${pem}`, "name"],
    [`sslmode=verify-ca&sslrootcert=${pem}`, "issuer"],
  ])("and TLS: %s", (parameters, expected) => {
    const { tls } = readDatabaseUrl(`${BASE}?${parameters}`);
    if (expected !== "name" && expected !== "issuer") return expect(tls).toBe(expected);
    expect(tls).toBeTypeOf("object");
    expect(typeof tls === "object" && "checkServerIdentity" in tls).toBe(expected === "issuer");
    const certificate = parameters.includes(pem) ? "-----BEGIN CERTIFICATE-----" : undefined;
    expect(typeof tls === "object" && tls.ca).toBe(certificate);
  });

  test.each([
    ["mysql://db", /postgres:\/\/user/],
    ["postgres:db", /postgres:\/\/user/],
    ["postgres://ada:secret@db:0/radist", /port: 0/],
    ["postgres://ada:secret@db:99999/radist", /port: 99999/],
    ["postgres://ada:100%@db/radist", /%25/],
    [`${BASE}?sslmode=yes`, /sslmode: must be one of disable, /],
    [`${BASE}?sslrootcert=/no/such.pem`, /sslrootcert: \/no\/such.pem cannot be read \(ENOENT\)/],
    [`${BASE}?target_session_attrs=primary-ish`, /target_session_attrs: must be one of any, /],
    [`${BASE}?connect_timeout=soon`, /connect_timeout: must be a number of seconds/],
  ])("that cannot be used says why, without its password: %s", (url, message) => {
    expect(() => readDatabaseUrl(url)).toThrow(InvalidDatabaseUrl);
    expect(() => readDatabaseUrl(url)).toThrow(message);
    expect(() => readDatabaseUrl(url)).not.toThrow(/secret/);
  });
});

function nobody(): Partial<DatabaseAddress> {
  return { user: undefined, password: undefined, database: undefined };
}
