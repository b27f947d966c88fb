import { readEvents } from "@radist-tech/events";
import type { ApiApp, ApiParts } from "../parts.ts";
import { listEventsRoute } from "./contract.ts";

export function serveEvents(app: ApiApp, { reports, auth }: ApiParts): void {
  app.openapi({ ...listEventsRoute, middleware: auth.secretKey }, async (context) => {
    const { id } = context.get("caller").project;
    const asked = context.req.valid("query");
    const page = await reports.read(id, context.req.raw.signal, (connection) => readEvents(connection, id, asked));
    return context.json(page, 200);
  });
}
