import { createRoute } from "@hono/zod-openapi";
import { CreatedKey, CreateKey, Key, KeyId, ProjectId } from "@radist-tech/protocol";
import { z } from "zod";
import { refuses } from "../docs/refusals.ts";
import { answers, SECURITY, takes } from "../docs/route-parts.ts";
import { IdempotencyHeader } from "../idempotency/header.ts";

const adminRoute = { tags: ["Keys"], security: SECURITY.admin };
const unauthenticated = ["missing_bearer_token", "invalid_admin_token", "too_many_failures"] as const;
const ofProject = z.object({ projectId: ProjectId });
const ofKey = z.object({ projectId: ProjectId, keyId: KeyId });

export const createKeyRoute = createRoute({
  ...adminRoute,
  method: "post",
  path: "/api/v1/projects/{projectId}/keys",
  operationId: "createKey",
  summary: "Create a secret key",
  request: { params: ofProject, headers: IdempotencyHeader, body: takes(CreateKey, true) },
  responses: {
    200: answers("The key, shown this once.", CreatedKey),
    ...refuses(
      ...unauthenticated,
      ...(["invalid_body", "body_too_large", "project_not_found"] as const),
      ...(["invalid_idempotency_key", "idempotency_key_reused", "idempotency_in_progress"] as const),
    ),
  },
});

export const listKeysRoute = createRoute({
  ...adminRoute,
  method: "get",
  path: "/api/v1/projects/{projectId}/keys",
  operationId: "listKeys",
  summary: "List secret keys, revoked ones too, oldest first",
  request: { params: ofProject },
  responses: { 200: answers("The keys.", z.array(Key)), ...refuses(...unauthenticated, "project_not_found") },
});

export const revokeKeyRoute = createRoute({
  ...adminRoute,
  method: "delete",
  path: "/api/v1/projects/{projectId}/keys/{keyId}",
  operationId: "revokeKey",
  summary: "Revoke a secret key",
  description: "The next request with it is refused. Revoking a revoked key changes nothing.",
  request: { params: ofKey },
  responses: {
    204: { description: "The key is revoked." },
    ...refuses(...unauthenticated, "project_not_found", "key_not_found"),
  },
});
