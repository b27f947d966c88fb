import { createRoute } from "@hono/zod-openapi";
import {
  CallDetails,
  CallId,
  CallPage,
  CreateCall,
  CreatedCall,
  MintedCallToken,
  ProjectId,
} from "@radist-tech/protocol";
import { z } from "zod";
import { BODY_REFUSALS, IDEMPOTENCY_REFUSALS, refuses, SECRET_KEY_REFUSALS } from "../docs/refusals.ts";
import { answers, SECURITY, takes } from "../docs/route-parts.ts";
import { PageQuery } from "../http/paging.ts";
import { IdempotencyHeader } from "../idempotency/header.ts";

/** Below this, browsers call with a public key. */
export const P2P_API_PATH = "/api/v1/p2p/calls/*";

const ofProject = z.object({ projectId: ProjectId });
const ofCall = z.object({ projectId: ProjectId, callId: CallId });
const secretKeyRoute = { tags: ["Calls"], security: SECURITY.secretKey };

export const createCallRoute = createRoute({
  ...secretKeyRoute,
  method: "post",
  path: "/api/v1/projects/{projectId}/calls",
  operationId: "createCall",
  summary: "Create a call with a token for each of its two seats",
  request: { params: ofProject, headers: IdempotencyHeader, body: takes(CreateCall, false) },
  responses: {
    200: answers("The call.", CreatedCall),
    ...refuses(...SECRET_KEY_REFUSALS, ...BODY_REFUSALS, ...IDEMPOTENCY_REFUSALS, "connection_limit"),
  },
});

export const listCallsRoute = createRoute({
  ...secretKeyRoute,
  method: "get",
  path: "/api/v1/projects/{projectId}/calls",
  operationId: "listCalls",
  summary: "List calls, newest first",
  request: { params: ofProject, query: PageQuery },
  responses: {
    200: answers("A page of calls.", CallPage),
    ...refuses(...SECRET_KEY_REFUSALS, "invalid_page", "invalid_limit", "invalid_cursor", "too_many_reports"),
  },
});

export const getCallRoute = createRoute({
  ...secretKeyRoute,
  method: "get",
  path: "/api/v1/projects/{projectId}/calls/{callId}",
  operationId: "getCall",
  summary: "See a call and who holds its seats",
  request: { params: ofCall },
  responses: { 200: answers("The call.", CallDetails), ...refuses(...SECRET_KEY_REFUSALS, "call_not_found") },
});

export const endCallRoute = createRoute({
  ...secretKeyRoute,
  method: "delete",
  path: "/api/v1/projects/{projectId}/calls/{callId}",
  operationId: "endCall",
  summary: "Terminate a call",
  description:
    "Sockets get call_left with the reason terminated and close with 4410. Ending an ended call changes nothing.",
  request: { params: ofCall },
  responses: { 204: { description: "The call has ended." }, ...refuses(...SECRET_KEY_REFUSALS, "call_not_found") },
});

export const mintBySecretKeyRoute = createRoute({
  ...secretKeyRoute,
  method: "post",
  path: "/api/v1/projects/{projectId}/calls/{callId}/tokens",
  operationId: "mintCallToken",
  summary: "Mint a token for a private or public call",
  request: { params: ofCall, headers: IdempotencyHeader },
  responses: {
    200: answers("The token.", MintedCallToken),
    ...refuses(
      ...SECRET_KEY_REFUSALS,
      ...IDEMPOTENCY_REFUSALS,
      "body_too_large",
      "call_not_found",
      "peers_connected",
      "call_terminated",
      "too_many_tokens",
    ),
  },
});

export const mintByPublicKeyRoute = createRoute({
  tags: ["Browsers"],
  security: SECURITY.publicKey,
  method: "post",
  path: "/api/v1/p2p/calls/{callId}/token",
  operationId: "mintPublicCallToken",
  summary: "Mint a token for a public call",
  description: "For browsers: answers CORS for the origins that the project allows.",
  request: { params: z.object({ callId: CallId }), headers: IdempotencyHeader },
  responses: {
    200: answers("The token.", MintedCallToken),
    ...refuses(
      ...(["missing_bearer_token", "invalid_public_key", "too_many_failures", "origin_not_allowed"] as const),
      ...IDEMPOTENCY_REFUSALS,
      ...([
        "body_too_large",
        "call_not_found",
        "call_private",
        "peers_connected",
        "call_terminated",
        "too_many_tokens",
        "rate_limited",
      ] as const),
    ),
  },
});
