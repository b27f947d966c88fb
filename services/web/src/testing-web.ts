import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { CreatedProject } from "@radist-tech/protocol";
import { createLogger, createRegistry, listen } from "@radist-tech/runtime";
import { createWeb, type WebOptions } from "./service.ts";
import { admin, type RunningService, startApi } from "./testing-api.ts";

/** The page's backend as visitors reach it. */
export interface ServedWeb extends AsyncDisposable {
  get(target: string, headers?: Record<string, string>): Promise<Response>;
  post(target: string, headers?: Record<string, string>, body?: unknown): Promise<Response>;
}

/** What the tests of the backend need: an API with a project, and a built page. */
export interface WebTests extends AsyncDisposable {
  readonly api: RunningService;
  readonly project: CreatedProject;
  serve(options?: Partial<WebOptions>): Promise<ServedWeb>;
}

export async function openWebTests(): Promise<WebTests> {
  await using stack = new AsyncDisposableStack();
  const api = stack.use(await startApi());
  const project = CreatedProject.parse(await admin(api.origin, "/projects", { name: "Tests" }));
  const pageDirectory = await builtPage();
  stack.defer(() => rm(pageDirectory, { recursive: true }));
  const owned = stack.move();

  const { projectId, publicKey, secretKey } = project;
  const logger = createLogger({ name: "web", level: "silent" });
  const own = { apiBaseUrl: `${api.origin}/api/v1`, projectId, publicKey, secretKey, logger, pageDirectory };
  return {
    api,
    project,
    serve: async (options = {}) => {
      const planes = [createWeb({ ...own, ...options })];
      const listening = await listen({ planes, port: 0, host: "127.0.0.1", logger, registry: createRegistry("test") });
      return {
        get: (target, headers = {}) => fetch(listening.url + target, { headers }),
        post: (target, headers = {}, body) =>
          fetch(listening.url + target, {
            method: "POST",
            headers,
            ...(body !== undefined && { body: JSON.stringify(body) }),
          }),
        [Symbol.asyncDispose]: () => listening[Symbol.asyncDispose](),
      };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function builtPage(): Promise<string> {
  const page = await mkdtemp(path.join(tmpdir(), "radist-page-"));
  await mkdir(path.join(page, "assets"));
  await writeFile(path.join(page, "index.html"), "<!doctype html><title>Radist</title>");
  await writeFile(path.join(page, "assets/index-3f2a.js"), "export const text = 'radist';\n".repeat(100));
  await writeFile(path.join(page, ".stamp"), "not for others");
  return page;
}
