import { once } from "../idempotency/once.ts";
import type { ApiApp, ApiParts } from "../parts.ts";
import * as contract from "./contract.ts";
import { createProject } from "./create.ts";
import { deleteProject } from "./delete.ts";
import { listProjects } from "./read.ts";
import { updateProject } from "./update.ts";

export function serveProjects(app: ApiApp, parts: ApiParts): void {
  const { connection, auth } = parts;

  app.openapi({ ...contract.createProjectRoute, middleware: auth.admin }, async (context) => {
    const { name } = context.req.valid("json");
    const { answer } = await once(context, connection, (tx) => createProject(tx, name));
    return context.json(answer, 200);
  });

  app.openapi({ ...contract.listProjectsRoute, middleware: auth.admin }, async (context) =>
    context.json(await listProjects(connection), 200),
  );

  app.openapi({ ...contract.updateProjectRoute, middleware: auth.admin }, async (context) => {
    const { projectId } = context.req.valid("param");
    return context.json(await updateProject(connection, projectId, context.req.valid("json")), 200);
  });

  app.openapi({ ...contract.deleteProjectRoute, middleware: auth.admin }, async (context) => {
    await deleteProject(parts, context.req.valid("param").projectId);
    return context.body(null, 204);
  });
}
