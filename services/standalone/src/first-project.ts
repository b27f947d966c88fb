import { CreatedProject, Project } from "@radist-tech/protocol";
import type { Hono } from "hono";
import { z } from "zod";
import type { SecretsFile } from "./secrets.ts";

/**
 * The project that a fresh platform starts with. Its keys are kept, as the API shows a secret key only once; a project
 * that has been deleted since is replaced.
 */
export async function firstProject(
  api: Hono,
  adminToken: string,
  file: SecretsFile,
): Promise<{ readonly project: CreatedProject; readonly isNew: boolean }> {
  const headers = { authorization: `Bearer ${adminToken}`, "content-type": "application/json" };
  const secrets = file.read();
  const listed = await api.request("/api/v1/projects", { headers });
  const living = z.array(Project.pick({ projectId: true })).parse(await listed.json());
  if (secrets.project && living.some(({ projectId }) => projectId === secrets.project?.projectId))
    return { project: secrets.project, isNew: false };
  const body = JSON.stringify({ name: "My first project" });
  const created = await api.request("/api/v1/projects", { method: "POST", headers, body });
  const project = CreatedProject.parse(await created.json());
  file.write({ ...secrets, project });
  return { project, isNew: true };
}
