import type { Account } from "../machine/account.ts";

/** What the test kit knows about a kind of server. */
export interface ServerKind {
  readonly name: "Postgres" | "NATS" | "PgBouncer";
  /** The environment variable that names a server to use. */
  readonly variable: string;
  readonly debianPackages: readonly string[];
  /** What to install when nothing else worked. */
  readonly advice: string;
  /** Missing: it runs from programs alone. */
  readonly container?: ContainerRecipe;
  /** Finds the programs on this machine; undefined when it has none. */
  findProgram(): ServerProgram | undefined;
  url(host: string, port: number): string;
  /** Resolves when the server serves, rejects when it does not (yet). */
  probe(url: string): Promise<void>;
}

export interface ContainerRecipe {
  readonly image: string;
  readonly port: number;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** The line of its log after which probing makes sense. */
  readonly readyLine: RegExp;
}

export interface ServerCommand {
  readonly file: string;
  readonly args: readonly string[];
}

export interface ServerProgram {
  /** The account to run under, when it cannot be this process's own. */
  readonly account?: Account;
  /** Stops it gracefully. */
  readonly stopSignal: NodeJS.Signals;
  /** Fills an empty data directory, once. */
  prepare(directory: string): Promise<void>;
  command(directory: string, port: number): ServerCommand | Promise<ServerCommand>;
  /** Releases what the system keeps of a killed server apart from its files. */
  forget?(directory: string): Promise<void>;
}
