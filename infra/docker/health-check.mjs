// Whether the service in this container can serve, by its own /readyz: the health check of our images.
import { isIPv6 } from "node:net";
import process from "node:process";

/**
 * Where the process in this environment answers `/readyz`.
 *
 * @param {NodeJS.ProcessEnv} env
 */
function readinessUrl({ HOST, PORT, ADMIN_HOST, ADMIN_PORT }) {
  const [host, port] = ADMIN_PORT ? [ADMIN_HOST, ADMIN_PORT] : [HOST, PORT];
  return `http://${reachable(host)}:${port || 3000}/readyz`;
}

/**
 * @param {string | undefined} host an address to listen at
 * @returns one to connect to
 */
function reachable(host) {
  if (!host || host === "0.0.0.0") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return isIPv6(host) ? `[${host}]` : host;
}

const url = readinessUrl(process.env);
try {
  const response = await fetch(url);
  // What `docker inspect` shows of an unhealthy container.
  process.stdout.write(`${response.status} ${await response.text()}\n`);
  process.exitCode = response.ok ? 0 : 1;
} catch (error) {
  process.stdout.write(`${url} does not answer (${String(error)}).\n`);
  process.exitCode = 1;
}
