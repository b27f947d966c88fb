import { type OwnProcess, startProcess } from "./process.ts";

export interface ServiceOptions {
  /** The file that Node runs. */
  readonly main: string;
  /** HOST defaults to `address`, or 127.0.0.1, and PORT to 0. */
  readonly env: Readonly<Record<string, string>>;
  /** The service is ready when this path answers with a success status. Default `/readyz`. */
  readonly readyPath?: string;
  /** Matches the port in its output. Default: as our services log it. */
  readonly portIn?: RegExp;
  readonly readyWithinMs?: number;
  /** Runs Node in another network, where it is reached at `address`: from {@link IsolatedNetwork.wrap}. */
  readonly node?: string;
  readonly address?: string;
}

/** An HTTP service in its own process, on a port that the system chose. */
export interface OwnService extends AsyncDisposable {
  readonly process: OwnProcess;
  readonly port: number;
  /** Its origin, such as `http://127.0.0.1:40123`. */
  readonly url: string;
}

const LOGGED_PORT = /"port":(\d+)/;

/**
 * Starts a service and resolves when it is ready.
 * @throws its output, when it ends or times out before it is ready.
 */
export async function startService(options: ServiceOptions): Promise<OwnService> {
  const { main, readyPath = "/readyz", portIn = LOGGED_PORT, readyWithinMs } = options;
  const { node = process.execPath, address = "127.0.0.1" } = options;
  const env = { HOST: address, PORT: "0", ...options.env };
  const portOf = (output: string): string | undefined => portIn.exec(output)?.[1];
  const urlAt = (port: string): string => `http://${options.address ?? env.HOST}:${port}`;
  const started = await startProcess({
    command: node,
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
