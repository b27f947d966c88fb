import { execFile } from "node:child_process";
import { mkdtempDisposable } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { pause } from "@radist-tech/protocol/timing";
import { hasProgram } from "./machine/installed-program.ts";
import { type OwnProcess, startProcess } from "./process.ts";

const execute = promisify(execFile);
export const START_TURN = fileURLToPath(new URL("../../../infra/turn/start.sh", import.meta.url));

/**
 * A coturn for one test, started as we ship it.
 *
 * @param env as infra/turn/start.sh reads it
 * @throws what to install, when this machine has no coturn
 */
export async function ownTurnServer(env: Readonly<Record<string, string>>): Promise<OwnProcess> {
  if (!(await hasProgram("turnserver", "coturn"))) {
    throw new Error("These tests need coturn: install it (Debian: apt-get install coturn).");
  }
  const turn = await startProcess({
    command: "sh",
    args: [START_TURN],
    env: { ...env },
    readyLine: "Total General servers",
  });
  const port = Number(env.TURN_PORT ?? 3478);
  while (!(await accepts(port, env.TURN_ADDRESS ?? "127.0.0.1"))) {
    await pause(20);
  }
  return turn;
}

/** Whether somebody listens there. */
function accepts(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host, () => resolve(true));
    socket.once("error", () => resolve(false)).once("connect", () => socket.destroy());
  });
}

export interface TurnCertificate extends AsyncDisposable {
  readonly TURN_TLS_CERT: string;
  readonly TURN_TLS_KEY: string;
}

/** A certificate that nobody has signed, for {@link ownTurnServer}. */
export async function turnCertificate(): Promise<TurnCertificate> {
  const folder = await mkdtempDisposable(join(tmpdir(), "radist-turn-"));
  const [key, cert] = [join(folder.path, "key.pem"), join(folder.path, "cert.pem")];
  const ec = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=turn.test";
  await execute("openssl", ["req", "-x509", ...ec.split(" "), "-keyout", key, "-out", cert]);
  return { TURN_TLS_CERT: cert, TURN_TLS_KEY: key, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}
