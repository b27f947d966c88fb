import { readUsage } from "@radist-tech/usage";
import type { ApiApp, ApiParts } from "../parts.ts";
import { getUsageRoute } from "./contract.ts";

export function serveUsage(app: ApiApp, { reports, auth }: ApiParts): void {
  app.openapi({ ...getUsageRoute, middleware: auth.secretKey }, async (context) => {
    const { id } = context.get("caller").project;
    const asked = context.req.valid("query");
    const usage = await reports.read(id, context.req.raw.signal, (connection) => readUsage(connection, id, asked));
    return context.json(usage, 200);
  });
}
