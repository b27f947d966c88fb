import { execFile } from "node:child_process";
import { mkdtempDisposable, readFile, writeFile } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type OwnProcess, reservePort, startProcess } from "../../packages/testkit/src/index.ts";

const START = fileURLToPath(new URL("../gateway/start.sh", import.meta.url));
const execute = promisify(execFile);

export interface OwnGateway extends AsyncDisposable {
  readonly process: OwnProcess;
  /** Where it is in the container 8080, 80 and 443. */
  readonly ports: { readonly plain: number; readonly http: number; readonly https: number };
  /** The certificate of its own authority. */
  rootCertificate(): Promise<string>;
}

/** Runs the gateway's start script by itself, which ends when the settings are wrong. */
export const gatewayScript = (env: Record<string, string>): Promise<OwnProcess> =>
  startProcess({ command: "sh", args: [START, "adapt"], env });

/**
 * A Caddy as compose runs it, but with ports of its own, with `upstream` in place of every service, and logging all that it
 * ever could.
 *
 * @param env as infra/gateway/start.sh reads it
 */
export async function ownGateway(env: Record<string, string>, upstream: RequestListener | Server): Promise<OwnGateway> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await mkdtempDisposable(join(tmpdir(), "radist-gateway-"))).path;
  const server = typeof upstream === "function" ? createServer(upstream) : upstream;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stack.defer(() => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => void server.close(() => resolve()));
  });
  const { port } = server.address() as AddressInfo;
  const ports = { plain: await reservePort(), http: await reservePort(), https: await reservePort() };
  const { stdout } = await execute("sh", [START, "adapt"], { env: { ...process.env, ...env } });
  const file = join(folder, "gateway.json");
  await writeFile(file, JSON.stringify(moved(JSON.parse(stdout), port, ports)));
  const gateway = stack.use(
    await startProcess({
      command: "caddy",
      args: ["run", "--config", file],
      env: { XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder, HOME: folder },
      readyUrl: () => `http://127.0.0.1:${ports.plain}/healthz`,
    }),
  );
  const owned = stack.move();
  return {
    process: gateway,
    ports,
    rootCertificate: () => readFile(join(folder, "caddy/pki/authorities/local/root.crt"), "utf8"),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Caddy's configuration with other ports and upstreams. */
function moved(config: unknown, upstream: number, { plain, http, https }: OwnGateway["ports"]): unknown {
  const text = JSON.stringify(config)
    .replace(/"dial":"[^"]+"/g, `"dial":"127.0.0.1:${upstream}"`)
    .replaceAll('"level":"WARN"', '"level":"DEBUG"')
    .replace(/"port":3001/g, `"port":${upstream}`)
    .replaceAll('"listen":[":8080"]', `"listen":["127.0.0.1:${plain}"]`)
    .replaceAll('"listen":[":443"]', `"listen":["127.0.0.1:${https}"]`);
  const result = JSON.parse(text);
  Object.assign(result.apps.http, { http_port: http, https_port: https });
  return result;
}
