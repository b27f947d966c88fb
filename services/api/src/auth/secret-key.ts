import { type Connection, onPrimary, projects, query, secretKeys } from "@radist-tech/db";
import { ProjectId, SecretKey } from "@radist-tech/protocol";
import { and, eq, isNull, sql } from "drizzle-orm";
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
  return createMiddleware<ApiEnv & ProjectCallerEnv>(async (context, next) => {
    const credential = bearerToken(context.req.header("authorization"));
    const projectId = ProjectId.safeParse(context.req.param("projectId"));
    const key = SecretKey.safeParse(credential);
    if (!projectId.success || !key.success) return attempts.refuse(context, "invalid_secret_key");
    const presented = { kind: "secret", key: key.data, projectId: projectId.data } as const;
    const found = await attempts.verify(context, presented, () => findKey(connection, projectId.data, key.data));
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

async function findKey(connection: Connection, projectId: ProjectId, key: SecretKey): Promise<FoundKey | undefined> {
  const [row] = await query(
    connection.db
      .select({
        keyId: secretKeys.id,
        useIsStale: sql<boolean>`coalesce(${secretKeys.lastUsedAt} < now() - interval '1 minute', true)`,
        projectId: projects.id,
        allowedOrigins: projects.allowedOrigins,
        connectionLimit: projects.connectionLimit,
        defaultAccessControl: projects.defaultAccessControl,
      })
      .from(secretKeys)
      .innerJoin(projects, eq(projects.id, secretKeys.projectId))
      .where(
        and(
          eq(secretKeys.hash, sha256(key)),
          eq(projects.id, projectId),
          isNull(secretKeys.revokedAt),
          isNull(projects.deletedAt),
          onPrimary,
        ),
      ),
  );
  if (!row) return undefined;
  const { keyId, useIsStale, projectId: id, ...project } = row;
  return { keyId, useIsStale, project: { ...project, id: id as ProjectId } };
}
