import { randomInt } from "node:crypto";
import { createServer } from "node:net";

// Below the ports that systems hand to outgoing connections: a client that dials a stopped server's port there can
// be given that very port as its own, and then talks to itself.
const FIRST_PORT = 15_000;
const LAST_PORT = 32_000;
const ATTEMPTS = 50;

/** A TCP port of 127.0.0.1 that nobody listens on at this moment, and that no outgoing connection is given. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = randomInt(FIRST_PORT, LAST_PORT);
    if (await isFree(port)) return port;
  }
  throw new Error(`No free TCP port found between ${FIRST_PORT} and ${LAST_PORT} after ${ATTEMPTS} attempts.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}
