import { readEvents } from "@radist-tech/events";
import type { ApiApp, ApiParts } from "../parts.ts";
import { listEventsRoute } from "./contract.ts";

export function serveEvents(app: ApiApp, { connection, auth }: ApiParts): void {
  app.openapi({ ...listEventsRoute, middleware: auth.secretKey }, async (context) =>
    context.json(await readEvents(connection, context.get("caller").project.id, context.req.valid("query")), 200),
  );
}
