import { transact } from "@radist-tech/db";
import { once } from "../idempotency/once.ts";
import type { ApiApp, ApiParts } from "../parts.ts";
import { holdLiveProject } from "../projects/live.ts";
import * as contract from "./contract.ts";
import { createKey } from "./create.ts";
import { listKeys } from "./read.ts";
import { revokeKey } from "./revoke.ts";

export function serveKeys(app: ApiApp, parts: ApiParts): void {
  const { connection, auth } = parts;

  app.openapi({ ...contract.createKeyRoute, middleware: auth.admin }, async (context) => {
    const { projectId } = context.req.valid("param");
    const { name } = context.req.valid("json");
    const { answer } = await once(context, connection, async (tx) => {
      await holdLiveProject(tx, projectId, "no key update");
      return createKey(tx, { projectId, name });
    });
    return context.json(answer, 200);
  });

  app.openapi({ ...contract.listKeysRoute, middleware: auth.admin }, async (context) => {
    const { projectId } = context.req.valid("param");
    const keys = await transact(connection, async (tx) => {
      await holdLiveProject(tx, projectId, "share");
      return listKeys(tx, projectId);
    });
    return context.json(keys, 200);
  });

  app.openapi({ ...contract.revokeKeyRoute, middleware: auth.admin }, async (context) => {
    const { projectId, keyId } = context.req.valid("param");
    await transact(connection, async (tx) => {
      await holdLiveProject(tx, projectId, "no key update");
      await revokeKey(tx, { projectId, keyId });
    });
    return context.body(null, 204);
  });
}
