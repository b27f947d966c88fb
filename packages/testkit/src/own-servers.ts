import { hasProgram } from "./machine/installed-program.ts";
import { reservePort } from "./machine/reserve-port.ts";
import { clusteredNats, NATS } from "./servers/nats.ts";
import type { OwnServer } from "./servers/own-server.ts";
import { pgbouncer } from "./servers/pgbouncer.ts";
import { POSTGRES, standbyOf } from "./servers/postgres.ts";
import { provideOwnServer } from "./servers/provide.ts";
import { runProgram } from "./servers/run-program.ts";

/**
 * A Postgres for one test, to be stopped, frozen and killed.
 * @throws what to install, when this machine has no Postgres.
 */
export function ownPostgres(): Promise<OwnServer> {
  return provideOwnServer(POSTGRES);
}

/**
 * A NATS server for one test, to be stopped, frozen and killed.
 * @throws what to install, when this machine has no NATS.
 */
export function ownNats(): Promise<OwnServer> {
  return provideOwnServer(NATS);
}

/**
 * A cluster of NATS servers for one test; each can be stopped, frozen and killed.
 * @throws what to install, when this machine does not have NATS's program.
 */
export async function ownNatsCluster(
  count: number,
): Promise<{ readonly servers: readonly OwnServer[] } & AsyncDisposable> {
  await hasProgram("nats-server");
  await using stack = new AsyncDisposableStack();
  const ports = await Promise.all(Array.from({ length: count }, () => reservePort()));
  const servers = await Promise.all(ports.map((own) => runProgram(NATS, clusteredNats(own, ports))));
  for (const server of servers) stack.use(server);
  const owned = stack.move();
  return { servers, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/**
 * A hot standby of a Postgres from {@link ownPostgres}; `select pg_promote()` makes it the primary.
 * @throws what to install, when this machine does not have Postgres's programs.
 */
export function ownStandby(primary: OwnServer): Promise<OwnServer> {
  return runProgram(POSTGRES, standbyOf(primary.url));
}

/**
 * A PgBouncer in transaction mode in front of a Postgres.
 * @param settings lines of its configuration file
 * @throws what to install, when this machine has no PgBouncer to offer.
 */
export function ownPgBouncer(databaseUrl: string, settings?: readonly string[]): Promise<OwnServer> {
  return provideOwnServer(pgbouncer(databaseUrl, settings));
}
