import { type Connection, onPrimary, projects, query } from "@radist-tech/db";
import { type ProjectId, PublicKey } from "@radist-tech/protocol";
import { and, eq, isNull } from "drizzle-orm";
import type { MiddlewareHandler } from "hono";
import { createMiddleware } from "hono/factory";
import { admitOrigin } from "../http/cors.ts";
import type { ApiEnv } from "../http/env.ts";
import { bearerToken } from "./bearer.ts";
import type { CallerProject, ProjectCallerEnv } from "./caller.ts";
import type { CredentialAttempts } from "./credential-attempts.ts";

/** Admits requests with the public key of a live project, from pages that the project allows. */
export function publicKeyAuth(
  connection: Connection,
  attempts: CredentialAttempts,
): MiddlewareHandler<ApiEnv & ProjectCallerEnv> {
  return createMiddleware<ApiEnv & ProjectCallerEnv>(async (context, next) => {
    const credential = bearerToken(context.req.header("authorization"));
    const key = PublicKey.safeParse(credential);
    if (!key.success) return attempts.refuse(context, "invalid_public_key");
    const presented = { kind: "public", key: key.data } as const;
    const project = await attempts.verify(context, presented, () => findProject(connection, key.data));
    context.set("projectId", project.id);
    admitOrigin(context, project.allowedOrigins);
    // Separate from the project's backend, so that a browser cannot collide with the backend's idempotency keys.
    context.set("caller", { scope: `${project.id}/public`, credential, project });
    await next();
  });
}

async function findProject(connection: Connection, key: PublicKey): Promise<CallerProject | undefined> {
  const [row] = await query(
    connection.db
      .select({
        id: projects.id,
        allowedOrigins: projects.allowedOrigins,
        connectionLimit: projects.connectionLimit,
        defaultAccessControl: projects.defaultAccessControl,
      })
      .from(projects)
      .where(and(eq(projects.publicKey, key), isNull(projects.deletedAt), onPrimary)),
  );
  return row && { ...row, id: row.id as ProjectId };
}
