import { createRoute } from "@hono/zod-openapi";
import { CreatedProject, CreateProject, Project, ProjectId, UpdateProject } from "@radist-tech/protocol";
import { z } from "zod";
import { refuses } from "../docs/refusals.ts";
import { answers, SECURITY, takes } from "../docs/route-parts.ts";
import { IdempotencyHeader } from "../idempotency/header.ts";

const adminRoute = { tags: ["Projects"], security: SECURITY.admin };
const unauthenticated = ["missing_bearer_token", "invalid_admin_token", "too_many_failures"] as const;
const ofProject = z.object({ projectId: ProjectId });

export const createProjectRoute = createRoute({
  ...adminRoute,
  method: "post",
  path: "/api/v1/projects",
  operationId: "createProject",
  summary: "Create a project with its first secret key, named default",
  request: { headers: IdempotencyHeader, body: takes(CreateProject, true) },
  responses: {
    200: answers("The project; its secret key is shown this once.", CreatedProject),
    ...refuses(
      ...unauthenticated,
      ...(["invalid_body", "body_too_large"] as const),
      ...(["invalid_idempotency_key", "idempotency_key_reused", "idempotency_in_progress"] as const),
    ),
  },
});

export const listProjectsRoute = createRoute({
  ...adminRoute,
  method: "get",
  path: "/api/v1/projects",
  operationId: "listProjects",
  summary: "List live projects, oldest first",
  responses: { 200: answers("The projects.", z.array(Project)), ...refuses(...unauthenticated) },
});

export const updateProjectRoute = createRoute({
  ...adminRoute,
  method: "patch",
  path: "/api/v1/projects/{projectId}",
  operationId: "updateProject",
  summary: "Change a project; what the body does not name stays",
  request: { params: ofProject, body: takes(UpdateProject, true) },
  responses: {
    200: answers("The project as it is now.", Project),
    ...refuses(...unauthenticated, "invalid_body", "body_too_large", "project_not_found"),
  },
});

export const deleteProjectRoute = createRoute({
  ...adminRoute,
  method: "delete",
  path: "/api/v1/projects/{projectId}",
  operationId: "deleteProject",
  summary: "Delete a project",
  description: "From then on its keys and tokens are refused, and its open calls and rooms have ended.",
  request: { params: ofProject },
  responses: { 204: { description: "The project is deleted." }, ...refuses(...unauthenticated, "project_not_found") },
});
