import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { startService } from "@radist-tech/testkit";

/** A platform in one process, and a project on it. */
export interface Platform extends AsyncDisposable {
  readonly port: number;
  readonly apiBaseUrl: string;
  readonly projectId: string;
  readonly publicKey: string;
  readonly secretKey: string;
}

const MAIN = fileURLToPath(new URL("../../../../services/standalone/src/main.ts", import.meta.url));

export async function startPlatform(): Promise<Platform> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await mkdtempDisposable(join(tmpdir(), "radist-")));
  const worker = process.env.MEDIASOUP_WORKER_BIN;
  const env = {
    RADIST_DATA_DIR: join(folder.path, "data"),
    RADIST_ADMIN_TOKEN: "admin-token-of-the-trials",
    MEDIA_PORT: "0",
    MEDIA_WORKERS: "1",
    ...(worker && { MEDIASOUP_WORKER_BIN: worker }),
  };
  const started = stack.use(await startService({ main: MAIN, env, portIn: /http:\/\/localhost:(\d+)\// }));
  const printed = (label: string): string => {
    const value = new RegExp(`${label} +(\\S+)`).exec(started.process.output)?.[1];
    if (!value) throw new Error(`The platform did not print: ${label}\n${started.process.output}`);
    return value;
  };
  const kept = stack.move();
  return {
    port: started.port,
    apiBaseUrl: `${started.url}/api/v1`,
    projectId: printed("Project id"),
    publicKey: printed("Public key"),
    secretKey: printed("Secret key"),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
