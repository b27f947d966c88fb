import process from "node:process";
import { fileURLToPath } from "node:url";
import { type Connection, connect, projects } from "@radist-tech/db";
import { newProjectId, newPublicKey, type ProjectId, type PublicKey } from "@radist-tech/protocol";
import { freePort, type OwnProcess, ownNats, ownPostgres, startProcess } from "@radist-tech/testkit";

/** A service of ours in a process of its own, with the database and the bus that it needs, and a project. */
export interface Service extends AsyncDisposable {
  readonly process: OwnProcess;
  readonly port: number;
  readonly connection: Connection;
  readonly projectId: ProjectId;
  readonly publicKey: PublicKey;
}

/** @param main of the service, from this folder */
export async function startService(main: string, settings: Readonly<Record<string, string>> = {}): Promise<Service> {
  const stack = new AsyncDisposableStack();
  const [postgres, nats, port] = [stack.use(await ownPostgres()), stack.use(await ownNats()), await freePort()];
  const connection = stack.use(await connect(postgres.url));
  await connection.migrate();
  const [projectId, publicKey] = [newProjectId(), newPublicKey()];
  await connection.db.insert(projects).values({ id: projectId, name: "bench", publicKey });
  const env = {
    DATABASE_URL: postgres.url,
    NATS_URL: nats.url,
    HOST: "127.0.0.1",
    PORT: String(port),
    MESSAGES_PER_SECOND: "1000000",
    MESSAGE_BURST: "1000000",
    ...settings,
  };
  const readyUrl = `http://127.0.0.1:${port}/readyz`;
  const process_ = stack.use(await startNode(main, env, { readyUrl }));
  return {
    process: process_,
    port,
    connection,
    projectId,
    publicKey,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Runs a program of this folder, or one named from it. */
export function startNode(
  main: string,
  env: Record<string, string>,
  ready: { readonly readyUrl?: string; readonly readyLine?: string },
): Promise<OwnProcess> {
  const args = [fileURLToPath(new URL(main, import.meta.url))];
  return startProcess({ command: process.execPath, args, env, ...ready });
}
