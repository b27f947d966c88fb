import { CreatedKey, CreatedProject, ErrorBody, Key, Project } from "@radist-tech/protocol";
import { z } from "zod";

const TIMEOUT_MS = 5_000;

/** The admin API refused a request or could not be reached. `passing`: a later attempt may succeed. */
export class AdminApiError extends Error {
  readonly passing: boolean;

  constructor(message: string, passing: boolean, options?: ErrorOptions) {
    super(message, options);
    this.name = "AdminApiError";
    this.passing = passing;
  }
}

/** The part of the admin API that the page's backend needs to create its project. */
export class AdminApi {
  readonly #baseUrl: string;
  readonly #token: string;

  constructor(options: { baseUrl: string; token: string }) {
    this.#baseUrl = options.baseUrl.replace(/\/+$/, "");
    this.#token = options.token;
  }

  projects(): Promise<Project[]> {
    return this.#json(z.array(Project), "GET", "/projects");
  }

  createProject(name: string): Promise<CreatedProject> {
    return this.#json(CreatedProject, "POST", "/projects", { name });
  }

  async deleteProject(projectId: string): Promise<void> {
    await this.#send("DELETE", `/projects/${projectId}`);
  }

  keys(projectId: string): Promise<Key[]> {
    return this.#json(z.array(Key), "GET", `/projects/${projectId}/keys`);
  }

  createKey(projectId: string, name: string): Promise<CreatedKey> {
    return this.#json(CreatedKey, "POST", `/projects/${projectId}/keys`, { name });
  }

  async revokeKey(projectId: string, keyId: string): Promise<void> {
    await this.#send("DELETE", `/projects/${projectId}/keys/${keyId}`);
  }

  async #json<S extends z.ZodType>(schema: S, method: string, path: string, body?: unknown): Promise<z.infer<S>> {
    const result = schema.safeParse(await this.#send(method, path, body));
    if (result.success) return result.data;
    throw new AdminApiError(`${method} ${path} returned a response of an unexpected shape.`, false, {
      cause: result.error,
    });
  }

  async #send(method: string, path: string, body?: unknown): Promise<unknown> {
    let status: number;
    let text: string;
    try {
      const response = await fetch(this.#baseUrl + path, {
        method,
        headers: { authorization: `Bearer ${this.#token}`, "content-type": "application/json" },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      status = response.status;
      text = await response.text();
    } catch (cause) {
      throw new AdminApiError(`The API at ${this.#baseUrl} cannot be reached.`, true, { cause });
    }
    const value = parse(text);
    if (status < 300) return value;
    const sentence = ErrorBody.safeParse(value).data?.error ?? "";
    // A gateway whose API is still starting answers 404 or 502 with its own error page.
    const passing = status >= 500 || status === 429 || sentence === "";
    throw new AdminApiError(`${method} ${path}: ${status} ${sentence}`.trim(), passing);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
