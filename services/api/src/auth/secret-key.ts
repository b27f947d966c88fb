import {
  Batching,
  type Connection,
  execute,
  hexOf,
  onPrimary,
  projects,
  query,
  recordset,
  secretKeys,
  statement,
} from "@radist-tech/db";
import { ProjectId, SecretKey } from "@radist-tech/protocol";
import { sql } from "drizzle-orm";
import type { MiddlewareHandler } from "hono";
import { createMiddleware } from "hono/factory";
import type { ApiEnv } from "../http/env.ts";
import { bearerToken } from "./bearer.ts";
import type { CallerProject, ProjectCallerEnv } from "./caller.ts";
import type { CredentialAttempts } from "./credential-attempts.ts";
import { sha256 } from "./digest.ts";
import type { KeyUse } from "./key-use.ts";

/**
 * Admits requests with a valid key of the project in the path. Keys are looked up for every request, so a revoked one is
 * refused at once. A mistyped key costs no look-up: its check characters are wrong.
 */
export function secretKeyAuth(
  connection: Connection,
  attempts: CredentialAttempts,
  keyUse: KeyUse,
): MiddlewareHandler<ApiEnv & ProjectCallerEnv> {
  const findKey = keyLookup(connection);
  return createMiddleware<ApiEnv & ProjectCallerEnv>(async (context, next) => {
    const credential = bearerToken(context.req.header("authorization"));
    const projectId = ProjectId.safeParse(context.req.param("projectId"));
    const key = SecretKey.safeParse(credential);
    if (!projectId.success || !key.success) return attempts.refuse(context, "invalid_secret_key");
    const presented = { kind: "secret", key: key.data, projectId: projectId.data } as const;
    const found = await attempts.verify(context, presented, () => findKey(projectId.data, key.data));
    context.set("projectId", found.project.id);
    context.set("caller", { scope: found.project.id, credential, project: found.project });
    if (found.useIsStale) keyUse.note(found.keyId);
    await next();
  });
}

interface FoundKey {
  readonly keyId: string;
  /** The time of the last use is older than a minute. */
  readonly useIsStale: boolean;
  readonly project: CallerProject;
}

interface KeyQuery {
  readonly projectId: ProjectId;
  readonly hash: string | null;
}

type KeyRow = CallerProject & Pick<FoundKey, "keyId" | "useIsStale"> & { readonly hash: string };

const FIND_KEYS = statement<readonly KeyQuery[], readonly KeyRow[]>((input) => {
  const { id, allowedOrigins, connectionLimit, defaultAccessControl } = projects;
  return sql`
    select coalesce(json_agg(json_build_object(
      'hash', ${secretKeys.hash}, 'keyId', ${secretKeys.id},
      'useIsStale', coalesce(${secretKeys.lastUsedAt} < now() - interval '1 minute', true),
      'id', ${id}, 'allowedOrigins', ${allowedOrigins}, 'connectionLimit', ${connectionLimit},
      'defaultAccessControl', ${defaultAccessControl}
    )), '[]') as output
    from (select distinct * from ${recordset(input, "presented", { hash: secretKeys.hash, projectId: id })}) as asked
    join ${secretKeys} on ${secretKeys.hash} = asked.hash
    join ${projects} on ${id} = ${secretKeys.projectId} and ${id} = asked."projectId"
    where ${secretKeys.revokedAt} is null and ${projects.deletedAt} is null and ${onPrimary}`;
});

/** Of requests that come at the same time, many in one query. */
const KEY_BATCH = 500;

function keyLookup({ db }: Connection): (projectId: ProjectId, key: SecretKey) => Promise<FoundKey | undefined> {
  const lookup = new Batching<KeyQuery, FoundKey | undefined>({
    maxBatch: KEY_BATCH,
    atOnce: 1,
    async answer(asked) {
      const rows = await query(execute(db, FIND_KEYS, asked));
      const found = new Map(rows.map((row) => [`${row.id} ${row.hash}`, row]));
      return asked.map(({ projectId, hash }) => {
        const row = found.get(`${projectId} ${hash}`);
        return { status: "fulfilled", value: row && foundKey(row) };
      });
    },
  });
  return (projectId, key) => lookup.ask({ projectId, hash: hexOf(sha256(key)) });
}

function foundKey({ keyId, useIsStale, id, allowedOrigins, connectionLimit, defaultAccessControl }: KeyRow): FoundKey {
  return { keyId, useIsStale, project: { id, allowedOrigins, connectionLimit, defaultAccessControl } };
}
