import { type OwnProcess, startProcess } from "./process.ts";

export interface ServiceOptions {
  /** The file that Node runs. */
  readonly main: string;
  /** HOST is 127.0.0.1 and PORT is 0 unless they are named here. */
  readonly env: Readonly<Record<string, string>>;
  /** The service is ready when this path answers with a success status. Default `/readyz`. */
  readonly readyPath?: string;
  /** Where its output names the port that it got. Default: where our services log it. */
  readonly portIn?: RegExp;
  readonly readyWithinMs?: number;
}

/** An HTTP service in a process of its own, at a port that the system chose. */
export interface OwnService extends AsyncDisposable {
  readonly process: OwnProcess;
  readonly port: number;
  /** Its origin, such as `http://127.0.0.1:40123`. */
  readonly url: string;
}

const LOGGED_PORT = /"port":(\d+)/;

/**
 * Starts a service and resolves when it is ready.
 * @throws its output, when it ends or time is up before it is ready.
 */
export async function startService(options: ServiceOptions): Promise<OwnService> {
  const { main, readyPath = "/readyz", portIn = LOGGED_PORT, readyWithinMs } = options;
  const env = { HOST: "127.0.0.1", PORT: "0", ...options.env };
  const portOf = (output: string): string | undefined => portIn.exec(output)?.[1];
  const urlAt = (port: string): string => `http://${env.HOST}:${port}`;
  const started = await startProcess({
    command: process.execPath,
    args: [main],
    env,
    readyUrl(output) {
      const port = portOf(output);
      return port === undefined ? undefined : urlAt(port) + readyPath;
    },
    ...(readyWithinMs !== undefined && { readyWithinMs }),
  });
  const port = portOf(started.output) ?? "";
  return {
    process: started,
    port: Number(port),
    url: urlAt(port),
    [Symbol.asyncDispose]: () => started[Symbol.asyncDispose](),
  };
}
