import type { TestProject } from "vitest/node";
import { NATS } from "./servers/nats.ts";
import { POSTGRES } from "./servers/postgres.ts";
import { type ProvidedServer, provideServer } from "./servers/provide.ts";
import type { ServerKind } from "./servers/server-kind.ts";

/** A URL, or the reason with which every test that needs the server fails. */
export type Provided = { readonly url: string } | { readonly problem: string };

declare module "vitest" {
  export interface ProvidedContext {
    postgres: Provided;
    nats: Provided;
  }
}

/** Starts the servers that all test files share, once per run, and stops them afterwards. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const servers = new AsyncDisposableStack();
  const [postgres, nats] = await Promise.all([provided(POSTGRES, servers), provided(NATS, servers)]);
  project.provide("postgres", postgres);
  project.provide("nats", nats);
  return () => servers.disposeAsync();
}

async function provided(kind: ServerKind, servers: AsyncDisposableStack): Promise<Provided> {
  try {
    const server: ProvidedServer = servers.use(await provideServer(kind));
    return { url: server.url };
  } catch (error) {
    // Tests that need no server still run; the others fail, each with this reason.
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}
