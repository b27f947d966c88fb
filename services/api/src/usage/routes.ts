import { readUsage } from "@radist-tech/usage";
import type { ApiApp, ApiParts } from "../parts.ts";
import { getUsageRoute } from "./contract.ts";

export function serveUsage(app: ApiApp, { connection, auth }: ApiParts): void {
  app.openapi({ ...getUsageRoute, middleware: auth.secretKey }, async (context) =>
    context.json(await readUsage(connection, context.get("caller").project.id, context.req.valid("query")), 200),
  );
}
