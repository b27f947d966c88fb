import { CreatedCall, CreatedProject, CreatedRoom, type CreateRoom, type UpdateProject } from "@radist-tech/protocol";
import { assertDescribed } from "./described.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed when it is JSON, else the text. */
  readonly body: unknown;
}

export interface Asking {
  readonly bearer?: string;
  readonly headers?: Record<string, string>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent unchanged. */
  readonly raw?: RequestInit["body"];
}

/** A plain HTTP client of an API. Every answer must be one that openapi.json describes. */
export class ApiClient {
  readonly #origin: string;
  readonly #adminToken: string;

  constructor(origin: string, adminToken: string) {
    this.#origin = origin;
    this.#adminToken = adminToken;
  }

  /** @param path below `/api/v1` */
  async ask(method: string, path: string, asking: Asking = {}): Promise<Answer> {
    const headers = new Headers(asking.headers);
    if (asking.bearer !== undefined) headers.set("authorization", `Bearer ${asking.bearer}`);
    if (asking.json !== undefined) headers.set("content-type", "application/json");
    const body = asking.json === undefined ? (asking.raw ?? null) : JSON.stringify(asking.json);
    const response = await fetch(`${this.#origin}/api/v1${path}`, { method, headers, body });
    assertDescribed(method, new URL(response.url).pathname, response.status);
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false;
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  }

  asAdmin(method: string, path: string, asking: Asking = {}): Promise<Answer> {
    return this.ask(method, path, { bearer: this.#adminToken, ...asking });
  }

  /** A new project, changed by `update`. */
  async project(update?: UpdateProject): Promise<ProjectClient> {
    const { body } = await this.asAdmin("POST", "/projects", { json: { name: "Test" } });
    const project = CreatedProject.parse(body);
    if (update) await this.asAdmin("PATCH", `/projects/${project.projectId}`, { json: update });
    return new ProjectClient(this, project);
  }
}

/** What a project's backend and its browsers ask. */
export class ProjectClient {
  readonly client: ApiClient;
  readonly projectId: string;
  readonly publicKey: string;
  readonly secretKey: string;

  constructor(client: ApiClient, project: CreatedProject) {
    this.client = client;
    this.projectId = project.projectId;
    this.publicKey = project.publicKey;
    this.secretKey = project.secretKey;
  }

  /** @param path below the project */
  ask(method: string, path: string, asking: Asking = {}): Promise<Answer> {
    return this.client.ask(method, `/projects/${this.projectId}${path}`, { bearer: this.secretKey, ...asking });
  }

  async call(accessControl?: "private" | "public"): Promise<CreatedCall> {
    const { body } = await this.ask("POST", "/calls", { json: { accessControl } });
    return CreatedCall.parse(body);
  }

  async room(json?: CreateRoom): Promise<CreatedRoom> {
    const { body } = await this.ask("POST", "/rooms", { json });
    return CreatedRoom.parse(body);
  }

  /** What a browser does with the public key. */
  mint(callId: string, asking: Asking = {}): Promise<Answer> {
    return this.client.ask("POST", `/p2p/calls/${callId}/token`, { bearer: this.publicKey, ...asking });
  }
}
