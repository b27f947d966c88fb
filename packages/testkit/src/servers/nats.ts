import { join } from "node:path";
import { connect } from "@nats-io/transport-node";
import { folderWith, pathFolders } from "../machine/programs.ts";
import type { ServerKind, ServerProgram } from "./server-kind.ts";

export const NATS: ServerKind = {
  name: "NATS",
  variable: "TEST_NATS_URL",
  debianPackages: ["nats-server"],
  advice: "install nats-server 2.9 or newer (Debian: apt-get install nats-server, macOS: brew install nats-server)",
  container: {
    image: "nats:2.12-alpine",
    port: 4222,
    command: ["nats-server"],
    environment: {},
    readyLine: /Server is ready/,
  },
  findProgram: () => findProgram(),
  url: (host, port) => `nats://${host}:${port}`,
  async probe(url) {
    const connection = await connect({ servers: url, reconnect: false, timeout: 5000 });
    await connection.close();
  },
};

/** One server of a cluster, which tells the others where it is at `own`, and finds them at `all`: ports on 127.0.0.1. */
export function clusteredNats(own: number, all: readonly number[]): ServerProgram {
  const at = (port: number): string => `nats://127.0.0.1:${port}`;
  const cluster = ["--cluster_name", "test", "--cluster", at(own), "--routes", all.map(at).join()];
  const program = findProgram(cluster);
  if (!program) throw new Error(`A cluster needs NATS's program: ${NATS.advice}.`);
  return program;
}

function findProgram(more: readonly string[] = []): ServerProgram | undefined {
  const folder = folderWith(pathFolders(), "nats-server");
  if (!folder) return undefined;
  return {
    stopSignal: "SIGTERM",
    async prepare() {},
    command: (_directory, port) => ({
      file: join(folder, "nats-server"),
      args: ["--addr", "127.0.0.1", "--port", `${port}`, ...more],
    }),
  };
}
