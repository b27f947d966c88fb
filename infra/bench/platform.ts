import process from "node:process";
import { fileURLToPath } from "node:url";
import { type Connection, connect, projects } from "@radist-tech/db";
import { newProjectId, newPublicKey, type ProjectId, type PublicKey } from "@radist-tech/protocol";
import {
  type OwnProcess,
  ownNats,
  ownPostgres,
  startService as startOwnService,
  startProcess,
} from "@radist-tech/testkit";

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
  const [postgres, nats] = [stack.use(await ownPostgres()), stack.use(await ownNats())];
  const connection = stack.use(await connect(postgres.url));
  await connection.migrate();
  const [projectId, publicKey] = [newProjectId(), newPublicKey()];
  await connection.db.insert(projects).values({ id: projectId, name: "bench", publicKey });
  const env = {
    DATABASE_URL: postgres.url,
    NATS_URL: nats.url,
    MESSAGES_PER_SECOND: "1000000",
    MESSAGE_BURST: "1000000",
    ...settings,
  };
  const { process: process_, port } = stack.use(await startOwnService({ main: fileOf(main), env }));
  return {
    process: process_,
    port,
    connection,
    projectId,
    publicKey,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** A server without a service around it, which says where it listens. */
export interface BareServer extends AsyncDisposable {
  readonly process: OwnProcess;
  readonly port: number;
}

/** @param main of a program, from this folder, that writes `listening at port …` */
export async function startBare(main: string, env: Record<string, string>): Promise<BareServer> {
  const listening = /listening at port (\d+)\n/;
  const args = [fileOf(main)];
  const started = await startProcess({ command: process.execPath, args, env, readyLine: listening });
  return {
    process: started,
    port: Number(listening.exec(started.output)?.[1]),
    [Symbol.asyncDispose]: () => started[Symbol.asyncDispose](),
  };
}

const fileOf = (main: string): string => fileURLToPath(new URL(main, import.meta.url));
