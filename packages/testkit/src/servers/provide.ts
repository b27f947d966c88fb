import { canInstallPackages, installPackages } from "../machine/debian.ts";
import { printNotice } from "../machine/print-notice.ts";
import type { OwnServer } from "./own-server.ts";
import { findEngine, runContainer } from "./run-container.ts";
import { runProgram } from "./run-program.ts";
import type { ServerKind } from "./server-kind.ts";

type Source = (kind: ServerKind) => Promise<OwnServer | undefined>;

export interface ProvidedServer extends AsyncDisposable {
  readonly url: string;
}

/**
 * A server for many tests at once: one that the environment names, else a container, else the programs of this machine,
 * else those of Debian.
 * @throws with what was tried and what to install. A server that the environment names is not replaced by another when
 * it does not serve: it was named on purpose.
 */
export async function provideServer(kind: ServerKind): Promise<ProvidedServer> {
  const url = process.env[kind.variable];
  return url ? testersOwn(kind, url) : firstOf(kind, [inContainer, fromProgram, fromDebian]);
}

/** A server for one test: the programs of this machine first, since their processes can be signalled. */
export function provideOwnServer(kind: ServerKind): Promise<OwnServer> {
  return firstOf(kind, [fromProgram, inContainer, fromDebian]);
}

async function firstOf(kind: ServerKind, sources: Source[]): Promise<OwnServer> {
  const problems: string[] = [];
  for (const source of sources) {
    try {
      const server = await source(kind);
      if (server) return server;
    } catch (error) {
      problems.push(messageOf(error));
      printNotice(`${kind.name}: ${messageOf(error)}`);
    }
  }
  const tried = problems.length > 0 ? `\nTried without success:\n- ${problems.join("\n- ")}` : "";
  throw new Error(`These tests need ${kind.name}: set ${kind.variable}, or start Docker, or ${kind.advice}.${tried}`);
}

async function testersOwn(kind: ServerKind, url: string): Promise<ProvidedServer> {
  await kind.probe(url).catch((error: unknown) => {
    const reason = messageOf(error);
    throw new Error(`The ${kind.name} server that ${kind.variable} names does not serve: ${reason}`, { cause: error });
  });
  return { url, async [Symbol.asyncDispose]() {} };
}

async function inContainer(kind: ServerKind): Promise<OwnServer | undefined> {
  if (!kind.container) return undefined;
  const engine = await findEngine();
  return engine && runContainer(kind, kind.container, engine);
}

async function fromProgram(kind: ServerKind): Promise<OwnServer | undefined> {
  const program = kind.findProgram();
  return program && runProgram(kind, program);
}

async function fromDebian(kind: ServerKind): Promise<OwnServer | undefined> {
  if (kind.findProgram() || !canInstallPackages()) return undefined;
  await installPackages(...kind.debianPackages);
  return fromProgram(kind);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
