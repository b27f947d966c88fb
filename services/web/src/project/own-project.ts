import { setTimeout as pause } from "node:timers/promises";
import type { Project } from "@radist-tech/protocol";
import type { Logger } from "@radist-tech/runtime";
import { AdminApi, AdminApiError } from "./admin-api.ts";

const PROJECT_NAME = "Radist web";
const LONGEST_PAUSE_MS = 5_000;

export interface OwnProjectOptions {
  readonly apiBaseUrl: string;
  readonly adminToken: string;
  readonly nodeId: string;
  readonly logger: Logger;
}

/** A project with a secret key that is valid as long as this process runs: disposing revokes it. */
export interface OwnProject extends AsyncDisposable {
  readonly projectId: string;
  readonly publicKey: string;
  readonly secretKey: string;
}

/**
 * Finds or creates the project "Radist web" and creates a secret key for this node; waits for the API as long as necessary.
 *
 * @throws AdminApiError when the API refuses for good, such as for a wrong admin token
 */
export async function openOwnProject(options: OwnProjectOptions): Promise<OwnProject> {
  const { logger } = options;
  const api = new AdminApi({ baseUrl: options.apiBaseUrl, token: options.adminToken });
  const project = await eventually(() => findOrCreate(api), logger);
  const { projectId, publicKey } = project;

  const name = `web ${options.nodeId}`;
  const { keyId, secretKey } = await eventually(async () => {
    // A process of this name that was killed could not revoke its key.
    for (const key of await api.keys(projectId)) {
      if (key.name === name && key.revokedAt === null) await api.revokeKey(projectId, key.keyId);
    }
    return api.createKey(projectId, name);
  }, logger);
  logger.info({ projectId, keyId }, "calls of the page belong to this project");

  return {
    projectId,
    publicKey,
    secretKey,
    async [Symbol.asyncDispose]() {
      await api.revokeKey(projectId, keyId).catch((error: unknown) => {
        logger.warn({ err: error, projectId, keyId }, "the page's secret key could not be revoked");
      });
    },
  };
}

async function findOrCreate(api: AdminApi): Promise<Project> {
  const found = oldest(await api.projects());
  if (found) return found;
  const { projectId } = await api.createProject(PROJECT_NAME);
  const first = oldest(await api.projects());
  if (!first) throw new AdminApiError(`The project ${projectId} has been deleted.`, true);
  if (first.projectId !== projectId) {
    // Another node created one at the same time: all use the oldest.
    await api.deleteProject(projectId);
    return first;
  }
  // No one needs the key that came with the project.
  for (const key of await api.keys(projectId)) {
    if (!key.name.startsWith("web ")) await api.revokeKey(projectId, key.keyId);
  }
  return first;
}

function oldest(projects: readonly Project[]): Project | undefined {
  const order = (project: Project): string => `${project.createdAt} ${project.projectId}`;
  return projects
    .filter((project) => project.name === PROJECT_NAME)
    .toSorted((a, b) => (order(a) < order(b) ? -1 : 1))
    .at(0);
}

async function eventually<T>(step: () => Promise<T>, logger: Logger): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof AdminApiError) || !error.passing) throw error;
      const pauseMs = Math.min(LONGEST_PAUSE_MS, 250 * 2 ** attempt);
      logger.info({ reason: error.message, pauseMs }, "waiting for the API");
      await pause(pauseMs);
    }
  }
}
