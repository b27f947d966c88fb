import { projects, type Transaction } from "@radist-tech/db";
import { recordProjectFacts } from "@radist-tech/events";
import { type CreatedProject, newProjectId, newPublicKey } from "@radist-tech/protocol";
import { createKey } from "../keys/create.ts";

/** A project and its first secret key, named `default`. */
export async function createProject(tx: Transaction, name: string): Promise<CreatedProject> {
  const projectId = newProjectId();
  const publicKey = newPublicKey();
  await tx.insert(projects).values({ id: projectId, name, publicKey });
  await recordProjectFacts(tx, projectId, [{ type: "project.created", data: { name } }]);
  const { secretKey } = await createKey(tx, { projectId, name: "default" });
  return { projectId, name, publicKey, secretKey };
}
