import { OpenAPIHono } from "@hono/zod-openapi";
import * as calls from "../calls/contract.ts";
import { listEventsRoute } from "../events/contract.ts";
import * as keys from "../keys/contract.ts";
import * as projects from "../projects/contract.ts";
import * as rooms from "../rooms/contract.ts";
import { getUsageRoute } from "../usage/contract.ts";
import { apiInfoRoute } from "./contract.ts";

/** The routes of this API, by the same definitions that validate their requests. */
const ROUTES = [
  projects.createProjectRoute,
  projects.listProjectsRoute,
  projects.updateProjectRoute,
  projects.deleteProjectRoute,
  keys.createKeyRoute,
  keys.listKeysRoute,
  keys.revokeKeyRoute,
  calls.createCallRoute,
  calls.listCallsRoute,
  calls.getCallRoute,
  calls.endCallRoute,
  calls.mintBySecretKeyRoute,
  calls.mintByPublicKeyRoute,
  // Ahead of the creation: a component takes over the default of the first field that refers to it.
  rooms.getRoomRoute,
  rooms.createRoomRoute,
  rooms.listRoomsRoute,
  rooms.endRoomRoute,
  rooms.mintRoomTokenRoute,
  rooms.kickParticipantRoute,
  getUsageRoute,
  listEventsRoute,
  apiInfoRoute,
];

type JsonSchema = Readonly<Record<string, unknown>>;

const bearer = (description: string) => ({ type: "http" as const, scheme: "bearer", description });

/** The OpenAPI 3.1 document of this API. */
export function openApiDocument() {
  const app = new OpenAPIHono();
  const { openAPIRegistry } = app;
  openAPIRegistry.registerComponent("securitySchemes", "publicKey", bearer("A public key, rad_pk_…, for browsers."));
  openAPIRegistry.registerComponent("securitySchemes", "secretKey", bearer("A secret key, rad_sk_…, for backends."));
  openAPIRegistry.registerComponent("securitySchemes", "adminToken", bearer("The platform's RADIST_ADMIN_TOKEN."));
  for (const route of ROUTES) openAPIRegistry.registerPath(route);
  const document = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Radist API",
      version: "1",
      description:
        "Projects, keys, calls and rooms, their tokens, usage, events. Errors are { error, code, requestId }: a sentence for people, a stable name for programs, and what to quote when asking for help.",
      license: { name: "MIT" },
    },
    servers: [{ url: "/" }],
    tags: [
      { name: "Calls", description: "For backends, with a secret key." },
      { name: "Rooms", description: "For backends, with a secret key." },
      { name: "Usage", description: "For backends, with a secret key." },
      { name: "Events", description: "For backends, with a secret key." },
      { name: "Browsers", description: "With a public key." },
      { name: "Projects", description: "For whoever runs the platform, with the admin token." },
      { name: "Keys", description: "For whoever runs the platform, with the admin token." },
      { name: "About", description: "For everyone." },
    ],
  });
  return withNullableReferences(document);
}

/**
 * The generator writes a nullable reference as "the schema, and string or null", which null does not satisfy; what is
 * meant is "the schema, or null".
 */
function withNullableReferences<Document>(document: Document): Document {
  const text = JSON.stringify(document, (_key, value: unknown) => {
    const [reference, nullable] = (value as { allOf?: JsonSchema[] } | null)?.allOf ?? [];
    const isNullable = Array.isArray(nullable?.type) && nullable.type.includes("null");
    return reference?.$ref !== undefined && isNullable ? { anyOf: [reference, { type: "null" }] } : value;
  });
  return JSON.parse(text) as Document;
}
